import { ByteCursor } from './byte-cursor.ts'
import { decompress } from '#compression'
import { LogError } from './log-error.ts'
import { advance } from './offset.ts'
import { BATCH_HEADER_SIZE, type BatchHeader } from './record-batch.ts'
import { readRecord, RECORD_SIZE_MIN, type StoredRecord } from './record-codec.ts'
import type { LogRecord } from './record.ts'

export interface DecodeLimits {
  /** Of the records once decompressed. A batch that would need more is CORRUPT_BATCH. */
  readonly maxBytes: number
}

/**
 * The records of a batch whose header was read from `bytes` at `at`. Keys, values and header values are
 * views on `bytes` (or on what was decompressed): copy what is to outlive them.
 *
 * Believes nothing: CORRUPT_BATCH when the batch is cut short, a record does not fill its length, the count
 * is not right, or offsets do not rise within the batch's span. The CRC is the caller's to check.
 */
export function decodeRecords(
  bytes: Uint8Array,
  at: number,
  header: BatchHeader,
  limits: DecodeLimits,
): LogRecord[] {
  const appendTime = header.timestampType === 'LogAppendTime' ? header.maxTimestamp : undefined
  return readRecords(bytes, at, header, limits, (record) => ({
    offset: advance(header.baseOffset, record.offsetDelta),
    timestamp: appendTime ?? header.baseTimestamp + record.timestampDelta,
    key: record.key,
    value: record.value,
    headers: record.headers,
  }))
}

/** The same, with each record as its bytes have it: what `encodeStoredBatch` takes back. */
export function decodeStoredRecords(
  bytes: Uint8Array,
  at: number,
  header: BatchHeader,
  limits: DecodeLimits,
): StoredRecord[] {
  return readRecords(bytes, at, header, limits, (record) => record)
}

/** The bytes in which the records lie, one after the other. */
export function recordsCursor(
  bytes: Uint8Array,
  at: number,
  header: BatchHeader,
  limits: DecodeLimits,
): ByteCursor {
  const from = at + BATCH_HEADER_SIZE
  const end = at + header.sizeInBytes
  if (end > bytes.length) {
    throw new LogError(
      'CORRUPT_BATCH',
      `${bytes.length - at} of ${header.sizeInBytes} bytes are there.`,
    )
  }
  if (header.codec === 'none') return new ByteCursor(bytes, from, end)
  // An emptied batch keeps its codec, and has nothing to decompress.
  if (from === end) return new ByteCursor(bytes, from, end)
  const records = decompress(header.codec, bytes.subarray(from, end), limits.maxBytes)
  return new ByteCursor(records, 0, records.length)
}

/** Before anything is made for `recordCount` records. */
export function expectRoomForRecords(cursor: ByteCursor, header: BatchHeader): void {
  if (header.recordCount * RECORD_SIZE_MIN > cursor.remaining) {
    throw new LogError(
      'CORRUPT_BATCH',
      `${header.recordCount} records do not fit into ${cursor.remaining} bytes.`,
    )
  }
}

export function expectNothingLeft(cursor: ByteCursor): void {
  if (cursor.remaining !== 0) {
    throw new LogError('CORRUPT_BATCH', `${cursor.remaining} bytes follow the last record.`)
  }
}

function readRecords<T>(
  bytes: Uint8Array,
  at: number,
  header: BatchHeader,
  limits: DecodeLimits,
  make: (record: StoredRecord) => T,
): T[] {
  const cursor = recordsCursor(bytes, at, header, limits)
  expectRoomForRecords(cursor, header)
  const records: T[] = []
  let lastOffsetDelta = -1
  for (let index = 0; index < header.recordCount; index++) {
    const record = readRecord(cursor)
    if (record.offsetDelta <= lastOffsetDelta || record.offsetDelta > header.lastOffsetDelta) {
      throw new LogError('CORRUPT_BATCH', `Record ${index} has offset delta ${record.offsetDelta}.`)
    }
    if (!Number.isSafeInteger(header.baseTimestamp + record.timestampDelta)) {
      throw new LogError('CORRUPT_BATCH', `Record ${index} has a timestamp beyond 2^53.`)
    }
    lastOffsetDelta = record.offsetDelta
    records.push(make(record))
  }
  expectNothingLeft(cursor)
  return records
}
