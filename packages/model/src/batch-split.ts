import { LogError } from './log-error.ts'
import { BATCH_HEADER_SIZE } from './record-batch.ts'
import { recordBodySize } from './record-codec.ts'
import type { RecordContent } from './record.ts'
import { varintSize } from './varint.ts'

/**
 * Records in runs that each make a batch of at most `maxBatchBytes` (before compression), in order.
 * RECORD_TOO_LARGE, with `index`, for a record that no such batch can hold.
 */
export function splitIntoBatches(
  records: readonly RecordContent[],
  maxBatchBytes: number,
): readonly (readonly RecordContent[])[] {
  const runs: (readonly RecordContent[])[] = []
  let start = 0
  let startTimestamp = 0
  let size = BATCH_HEADER_SIZE
  for (const [index, record] of records.entries()) {
    let recordSize = encodedSize(record, record.timestamp - startTimestamp, index - start)
    if (index === start || size + recordSize > maxBatchBytes) {
      if (index > start) runs.push(records.slice(start, index))
      start = index
      startTimestamp = record.timestamp
      size = BATCH_HEADER_SIZE
      recordSize = encodedSize(record, 0, 0)
    }
    size += recordSize
    if (size > maxBatchBytes) throw tooLarge(index, size, maxBatchBytes)
  }
  if (records.length === 0) return []
  runs.push(start === 0 ? records : records.slice(start))
  return runs
}

/** No less than the bytes that the record takes in an uncompressed batch, whatever is beside it. */
export function estimateRecordSize(record: RecordContent): number {
  return encodedSize(record, LARGE_TIMESTAMP_DELTA, LARGE_OFFSET_DELTA)
}

function encodedSize(record: RecordContent, timestampDelta: number, offsetDelta: number): number {
  const bodySize = recordBodySize(record, timestampDelta, offsetDelta)
  return varintSize(bodySize) + bodySize
}

function tooLarge(index: number, size: number, maxBatchBytes: number): LogError {
  return new LogError(
    'RECORD_TOO_LARGE',
    `A batch with this record alone has ${size} bytes; maxMessageBytes of the topic allows ${maxBatchBytes}.`,
    { index },
  )
}

const LARGE_TIMESTAMP_DELTA = Number.MAX_SAFE_INTEGER
const LARGE_OFFSET_DELTA = 0x7fff_ffff
