import { decodeRecords } from '@millrace/model/batch-decoding'
import { readControlRecord } from '@millrace/model/control-record'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'

/** A transaction that ended with this batch. */
export interface EndedTransaction {
  readonly producerId: number
  readonly isAborted: boolean
  /** Of its first batch in this log; undefined when it has none here. */
  readonly firstOffset: Offset | undefined
  readonly lastOffset: Offset
}

/** Follows the transactions of one partition, batch by batch in offset order. */
export class TransactionTracker {
  readonly #open = new Map<number, Offset>()

  /** Not ended yet: producer ids, and the first offset of each. */
  get open(): ReadonlyMap<number, Offset> {
    return this.#open
  }

  /** `at`: where the batch begins in `bytes`. Answers with the transaction that it ends, if it does. */
  add(bytes: Uint8Array, at: number, header: BatchHeader): EndedTransaction | undefined {
    if (!header.isTransactional) return undefined
    const { producerId, baseOffset, lastOffset } = header
    const firstOffset = this.#open.get(producerId)
    if (!header.isControl) {
      if (firstOffset === undefined) this.#open.set(producerId, baseOffset)
      return undefined
    }
    const type = controlTypeOf(bytes, at, header)
    if (type !== 'abort' && type !== 'commit') return undefined
    this.#open.delete(producerId)
    return { producerId, isAborted: type === 'abort', firstOffset, lastOffset }
  }
}

/** Undefined when the batch has no control record that can be read. */
function controlTypeOf(bytes: Uint8Array, at: number, header: BatchHeader) {
  try {
    const [record] = decodeRecords(bytes, at, header, { maxBytes: CONTROL_BYTES_MAX })
    return record && readControlRecord(record)?.type
  } catch (error) {
    if (error instanceof LogError) return undefined
    throw error
  }
}

const CONTROL_BYTES_MAX = 64 * 1024
