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
  let size = BATCH_HEADER_SIZE
  for (let index = 0; index < records.length; index++) {
    let recordSize = encodedRecordSize(records, start, index)
    if (size + recordSize > maxBatchBytes && index > start) {
      runs.push(records.slice(start, index))
      start = index
      size = BATCH_HEADER_SIZE
      recordSize = encodedRecordSize(records, start, index)
    }
    size += recordSize
    if (size > maxBatchBytes) throw tooLarge(index, size, maxBatchBytes)
  }
  if (start === 0) return records.length === 0 ? [] : [records]
  runs.push(records.slice(start))
  return runs
}

/** No less than the bytes that the record takes in an uncompressed batch, whatever is beside it. */
export function estimateRecordSize(record: RecordContent): number {
  const bodySize = recordBodySize(record, LARGE_TIMESTAMP_DELTA, LARGE_OFFSET_DELTA)
  return varintSize(bodySize) + bodySize
}

function encodedRecordSize(
  records: readonly RecordContent[],
  start: number,
  index: number,
): number {
  const record = records[index]!
  const timestampDelta = record.timestamp - records[start]!.timestamp
  const bodySize = recordBodySize(record, timestampDelta, index - start)
  return varintSize(bodySize) + bodySize
}

function tooLarge(index: number, size: number, maxBatchBytes: number): LogError {
  return new LogError(
    'RECORD_TOO_LARGE',
    `A batch with this record alone has ${size} bytes; ${maxBatchBytes} are allowed.`,
    { index },
  )
}

const LARGE_TIMESTAMP_DELTA = Number.MAX_SAFE_INTEGER
const LARGE_OFFSET_DELTA = 0x7fff_ffff
