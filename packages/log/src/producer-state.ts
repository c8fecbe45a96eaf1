import type { Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'

/** What makes a retry recognizable; a `BatchHeader` has it. */
export type ProducedBatch = Pick<
  BatchHeader,
  'producerId' | 'producerEpoch' | 'baseSequence' | 'lastOffsetDelta' | 'isControl'
>

/** A repeat is answered with the place its first copy was given. */
export type ProducerDecision =
  | { readonly kind: 'append' }
  | {
      readonly kind: 'duplicate'
      readonly baseOffset: Offset
      readonly lastOffset: Offset
      /** The first copy's: with LogAppendTime, the time it was given. */
      readonly maxTimestamp: number
    }

/**
 * The last five batches of each of the 1,000 producers that last wrote to a partition: a function of the log,
 * with no clock in it.
 */
export class ProducerState {
  /** Before a batch is stamped. Throws PRODUCER_FENCED (`currentEpoch`) or OUT_OF_ORDER_SEQUENCE (`expectedSequence`). */
  check(_batch: ProducedBatch): ProducerDecision {
    throw new Error('being written')
  }

  /** A stamped batch, in offset order: just appended, or read back from the log. */
  apply(_header: BatchHeader): void {
    throw new Error('being written')
  }

  /** Batches that end below the log start are forgotten, and producers that have none left. */
  forgetBefore(_logStartOffset: Offset): void {
    throw new Error('being written')
  }

  encode(): Uint8Array {
    throw new Error('being written')
  }

  /** Undefined when the bytes are not what `encode` made (it ends with their CRC). */
  static decode(_bytes: Uint8Array): ProducerState | undefined {
    throw new Error('being written')
  }
}
