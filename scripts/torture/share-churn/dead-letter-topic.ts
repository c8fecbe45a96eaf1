import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { decodeRecords } from '@millrace/model/batch-decoding'
import type { Offset } from '@millrace/model/offset'
import { readBatchHeader } from '@millrace/model/record-batch'
import type { LogRecord } from '@millrace/model/record'
import { isOneOf } from '../embedded/answer.ts'
import { DEAD_LETTERS } from './settings.ts'

export interface FoundLetter {
  readonly partition: number
  readonly letter: LogRecord
}

/** The dead-letter topic as a reader finds it that reads on where it was. */
export class DeadLetterTopic {
  /** By partition; empty while there is no topic. */
  #next: number[] = []

  /** Where it ends now; none: it is not there. */
  ends(broker: EmbeddedBroker): readonly number[] {
    const ends: number[] = []
    try {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        ends.push(broker.partitionState(DEAD_LETTERS, partition).highWatermark)
      }
    } catch (error) {
      if (!isOneOf(error, ['UNKNOWN_TOPIC_OR_PARTITION'])) throw error
      return []
    }
    return ends
  }

  isThere(broker: EmbeddedBroker): boolean {
    return this.ends(broker).length > 0
  }

  async make(broker: EmbeddedBroker): Promise<void> {
    await broker.createTopic(DEAD_LETTERS, { partitions: PARTITIONS })
  }

  wasDeleted(): void {
    this.#next = []
  }

  /** What is new, partition by partition. */
  async read(broker: EmbeddedBroker): Promise<readonly FoundLetter[]> {
    const found: FoundLetter[] = []
    const read: number[] = []
    for (const [partition, end] of this.ends(broker).entries()) {
      let next = this.#next[partition] ?? 0
      while (next < end) {
        const offset = next as Offset
        const place = { topic: DEAD_LETTERS, partition, offset }
        const limits = { maxBytes: 1 << 20, minBytes: 0, waitMs: 0 }
        const { pieces, nextOffset } = await broker.fetch({ ...place, ...limits })
        for (const letter of pieces.flatMap(lettersIn)) {
          if (letter.offset >= next) found.push({ partition, letter })
        }
        if (nextOffset <= next) throw new Error(`Reading dead letters stays at ${next}.`)
        next = nextOffset
      }
      read.push(next)
    }
    // All of it or nothing: the broker may be given up on half-way, and then nobody gets what was found.
    if (read.length > 0) this.#next = read
    return found
  }
}

const PARTITIONS = 2

function lettersIn(piece: Uint8Array): readonly LogRecord[] {
  const found: LogRecord[] = []
  for (let at = 0; at < piece.length;) {
    const header = readBatchHeader(piece, at)
    if (header === undefined) throw new Error('What was fetched has no whole batches.')
    found.push(...decodeRecords(piece, at, header, { maxBytes: 1 << 24 }))
    at += header.sizeInBytes
  }
  return found
}
