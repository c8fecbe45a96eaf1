import { stampMaxTimestamp } from './batch-stamp.ts'
import { readUint32 } from './big-endian.ts'
import {
  expectNothingLeft,
  expectRoomForRecords,
  recordsCursor,
  type DecodeLimits,
} from './batch-decoding.ts'
import type { ByteCursor } from './byte-cursor.ts'
import { LogError } from './log-error.ts'
import {
  BATCH_HEADER_SIZE,
  type BatchHeader,
  CRC_AT,
  hasValidCrc,
  readBatchHeader,
} from './record-batch.ts'
import {
  ATTRIBUTES_SIZE,
  expectEnd,
  readHeaderCount,
  readNameLength,
  readRecordEnd,
} from './record-codec.ts'

export interface ProducedBatchLimits {
  /** Of the batch as it was sent (`maxMessageBytes`). */
  readonly maxBatchBytes: number
  /** Of one record: what its length field says. */
  readonly maxRecordBytes: number
  /** Of all records once decompressed. */
  readonly maxDecompressedBytes: number
}

/**
 * Whether the batch at `at`, which a client sent, may be stored as it is. Answers with its header.
 *
 * CORRUPT_BATCH when it is cut short, fails its CRC or cannot be read; RECORD_TOO_LARGE for the batch or,
 * with `index`, a record; INVALID_RECORD for what reads well and is not for a client to send: no records, a
 * count that is not the span, offset deltas other than 0, 1, 2, …, control batches, transactions, append
 * times, delete horizons, half a producer.
 *
 * The one thing that is repaired, in place, as Kafka does: a max timestamp that is not the records'.
 */
export function checkProducedBatch(
  bytes: Uint8Array,
  at: number,
  limits: ProducedBatchLimits,
): BatchHeader {
  const header = readBatchHeader(bytes, at)
  if (header === undefined) throw noHeader(bytes, at)
  if (header.sizeInBytes > limits.maxBatchBytes) {
    throw new LogError(
      'RECORD_TOO_LARGE',
      `The batch has ${header.sizeInBytes} bytes; ${limits.maxBatchBytes} are allowed.`,
    )
  }
  if (header.sizeInBytes > bytes.length - at) {
    throw new LogError(
      'CORRUPT_BATCH',
      `${bytes.length - at} of ${header.sizeInBytes} bytes are there.`,
    )
  }
  if (!hasValidCrc(bytes, at, header)) throw new LogError('CORRUPT_BATCH', 'Its CRC is wrong.')
  const refusal = whyNotForClients(header)
  if (refusal !== undefined) throw new LogError('INVALID_RECORD', refusal)
  const decodeLimits: DecodeLimits = { maxBytes: limits.maxDecompressedBytes }
  const cursor = recordsCursor(bytes, at, header, decodeLimits)
  expectRoomForRecords(cursor, header)
  const maxTimestamp = walkRecords(cursor, header, limits.maxRecordBytes)
  if (maxTimestamp === header.maxTimestamp) return header
  stampMaxTimestamp(bytes, at, maxTimestamp)
  return { ...header, maxTimestamp, crc: readUint32(bytes, at + CRC_AT) }
}

function noHeader(bytes: Uint8Array, at: number): LogError {
  const there = bytes.length - at
  return new LogError(
    'CORRUPT_BATCH',
    there < BATCH_HEADER_SIZE
      ? `${there} bytes are fewer than a batch has.`
      : `Byte ${at} does not begin a record batch of magic 2.`,
  )
}

function whyNotForClients(header: BatchHeader): string | undefined {
  if (header.recordCount === 0) return 'The batch has no records.'
  if (header.recordCount !== header.lastOffsetDelta + 1) {
    return `The batch counts ${header.recordCount} records and spans ${header.lastOffsetDelta + 1} offsets.`
  }
  if (header.isControl) return 'Control batches are not for clients to send.'
  if (header.isTransactional) return 'There are no transactions here.'
  if (header.timestampType !== 'CreateTime') return 'Append times are not for clients to give.'
  if (header.hasDeleteHorizon) return 'Delete horizons are not for clients to give.'
  const hasProducer = header.producerId >= 0
  const hasWholeProducer = header.producerEpoch >= 0 && header.baseSequence >= 0
  if (hasProducer && !hasWholeProducer) return 'A producer id comes with an epoch and a sequence.'
  if (header.producerId < -1) return `There is no producer id ${header.producerId}.`
  return undefined
}

/** Every record, without making any. Answers with the largest timestamp. */
function walkRecords(cursor: ByteCursor, header: BatchHeader, maxRecordBytes: number): number {
  let maxDelta = -Infinity
  for (let index = 0; index < header.recordCount; index++) {
    const end = readRecordEnd(cursor)
    if (end - cursor.at > maxRecordBytes)
      throw recordTooLarge(index, end - cursor.at, maxRecordBytes)
    cursor.skip(ATTRIBUTES_SIZE)
    const timestampDelta = cursor.readVarlong()
    if (timestampDelta > maxDelta) maxDelta = timestampDelta
    if (!Number.isSafeInteger(header.baseTimestamp + timestampDelta)) {
      throw new LogError('INVALID_RECORD', 'Its timestamp is beyond 2^53.', { index })
    }
    if (cursor.readVarint() !== index) {
      throw new LogError('INVALID_RECORD', 'Its offset delta is not its place in the batch.', {
        index,
      })
    }
    skipNullable(cursor)
    skipNullable(cursor)
    for (let headers = readHeaderCount(cursor); headers > 0; headers--) {
      cursor.skip(readNameLength(cursor))
      skipNullable(cursor)
    }
    expectEnd(cursor, end)
  }
  expectNothingLeft(cursor)
  return header.baseTimestamp + maxDelta
}

function skipNullable(cursor: ByteCursor): void {
  const length = cursor.readLength()
  if (length > 0) cursor.skip(length)
}

function recordTooLarge(index: number, size: number, maxRecordBytes: number): LogError {
  return new LogError(
    'RECORD_TOO_LARGE',
    `A record of the batch has ${size} bytes; ${maxRecordBytes} are allowed.`,
    { index },
  )
}
