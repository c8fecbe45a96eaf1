import type { Log } from '@millrace/log/log'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { type BatchHeader, readBatchHeader } from '@millrace/model/record-batch'
import type { LogRecord } from '@millrace/model/record'

export interface BatchOfRecords {
  readonly header: BatchHeader
  /** Views on what was read: copy what is to be kept. */
  readonly records: readonly LogRecord[]
}

/**
 * The records of an internal topic from `from` up to `to`, exclusive, a batch at a time; the first batch may
 * begin before `from`. Little of it is in memory at once. CORRUPT_SEGMENT as from `Log.read`.
 */
export async function* readBatches(
  log: Log,
  range: { readonly from: Offset; readonly to: Offset },
): AsyncGenerator<BatchOfRecords> {
  let next = range.from
  while (next < range.to) {
    const read = await log.read(next, { maxBytes: READ_BYTES })
    if (read.nextOffset <= next) return
    next = read.nextOffset
    for (const piece of read.pieces) {
      for (const batch of batchesIn(piece)) {
        if (batch.header.baseOffset >= range.to) return
        yield batch
      }
    }
  }
}

const READ_BYTES = 1024 * 1024
/** Millrace writes its own topics, without compression and in batches of one append at most. */
const DECODED_BYTES_MAX = 16 * 1024 * 1024

function* batchesIn(piece: Uint8Array): Generator<BatchOfRecords> {
  for (let at = 0; at < piece.length;) {
    const header = readBatchHeader(piece, at)
    if (header === undefined) throw new LogError('CORRUPT_SEGMENT', 'A batch has no header.')
    const limits = { maxBytes: DECODED_BYTES_MAX }
    yield { header, records: decodeRecords(piece, at, header, limits) }
    at += header.sizeInBytes
  }
}
