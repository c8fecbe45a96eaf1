/**
 * A record batch (magic 2), Kafka's format: what clients send, what the log stores, what a fetch returns.
 * All integers are big-endian.
 *
 *     at            field                   notes
 *      0  i64       base offset             stamped by the log, outside the CRC
 *      8  i32       length                  of all that follows, so the batch's size less 12
 *     12  i32       partition leader epoch  stamped by the log, outside the CRC
 *     16  i8        magic                   2
 *     17  u32       CRC-32C                 of bytes 21 to the end
 *     21  i16       attributes              bits 0-2 codec, 3 LogAppendTime, 4 transactional, 5 control,
 *                                           6 delete horizon
 *     23  i32       last offset delta       last offset = base offset + this; survives compaction
 *     27  i64       base timestamp          the first record's, or the delete horizon with bit 6
 *     35  i64       max timestamp           of all records, or the append time with bit 3
 *     43  i64       producer id             -1: none
 *     51  i16       producer epoch          -1: none
 *     53  i32       base sequence           -1: none
 *     57  i32       record count            0 only where compaction or repair emptied the batch
 *     61            records                 compressed as one unit, unless the codec is none
 *
 * Invariants
 *   - a header that was read holds safe integers: 0 <= base offset <= last offset, 0 <= record count;
 *   - the CRC covers neither base offset, length, epoch nor magic: who reads a log checks the chain of those.
 */
import { readInt16, readInt32, readInt64, readUint32 } from './big-endian.ts'
import { crc32c } from '#crc32c'
import type { Offset } from './offset.ts'

export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
export type TimestampType = 'CreateTime' | 'LogAppendTime'

export interface BatchHeader {
  readonly baseOffset: Offset
  /** The last offset that the batch spans, inclusive; its record may be gone. */
  readonly lastOffset: Offset
  readonly lastOffsetDelta: number
  /** Header and records. */
  readonly sizeInBytes: number
  readonly partitionLeaderEpoch: number
  readonly crc: number
  readonly codec: Codec
  readonly timestampType: TimestampType
  readonly isTransactional: boolean
  readonly isControl: boolean
  /** `baseTimestamp` is the time after which tombstones may go. */
  readonly hasDeleteHorizon: boolean
  /** Milliseconds since the epoch, as is `maxTimestamp`. */
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  /** -1: none; so the next two. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/**
 * The header of the batch that begins at `at`; the rest of the batch need not be there. Undefined for fewer
 * than 61 bytes and for what cannot be a header. Says nothing of the CRC.
 */
export function readBatchHeader(bytes: Uint8Array, at = 0): BatchHeader | undefined {
  if (bytes.length - at < BATCH_HEADER_SIZE || bytes[at + MAGIC_AT] !== MAGIC) return undefined
  const length = readInt32(bytes, at + LENGTH_AT)
  const attributes = readInt16(bytes, at + ATTRIBUTES_AT)
  const codec = CODECS[attributes & CODEC_BITS]
  const baseOffset = readInt64(bytes, at + BASE_OFFSET_AT)
  const lastOffsetDelta = readInt32(bytes, at + LAST_OFFSET_DELTA_AT)
  const baseTimestamp = readInt64(bytes, at + BASE_TIMESTAMP_AT)
  const maxTimestamp = readInt64(bytes, at + MAX_TIMESTAMP_AT)
  const producerId = readInt64(bytes, at + PRODUCER_ID_AT)
  const recordCount = readInt32(bytes, at + RECORD_COUNT_AT)
  const lastOffset = baseOffset + lastOffsetDelta
  if (length < BATCH_LENGTH_MIN || codec === undefined) return undefined
  if (baseOffset < 0 || lastOffsetDelta < 0 || recordCount < 0) return undefined
  if (!Number.isSafeInteger(lastOffset) || !Number.isSafeInteger(producerId)) return undefined
  if (!Number.isSafeInteger(baseTimestamp) || !Number.isSafeInteger(maxTimestamp)) return undefined
  return {
    baseOffset: baseOffset as Offset,
    lastOffset: lastOffset as Offset,
    lastOffsetDelta,
    sizeInBytes: length + LOG_OVERHEAD,
    partitionLeaderEpoch: readInt32(bytes, at + LEADER_EPOCH_AT),
    crc: readUint32(bytes, at + CRC_AT),
    codec,
    timestampType: (attributes & LOG_APPEND_TIME_BIT) === 0 ? 'CreateTime' : 'LogAppendTime',
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    hasDeleteHorizon: (attributes & DELETE_HORIZON_BIT) !== 0,
    baseTimestamp,
    maxTimestamp,
    producerId,
    producerEpoch: readInt16(bytes, at + PRODUCER_EPOCH_AT),
    baseSequence: readInt32(bytes, at + BASE_SEQUENCE_AT),
    recordCount,
  }
}

/** Whether the whole batch is there and its CRC is right. */
export function hasValidCrc(
  bytes: Uint8Array,
  at: number,
  header: Pick<BatchHeader, 'sizeInBytes' | 'crc'>,
): boolean {
  const end = at + header.sizeInBytes
  return end <= bytes.length && crc32c(bytes.subarray(at + CRC_COVERS_FROM, end)) === header.crc
}

/** The size of an empty batch, and of what must be there before a header can be read. */
export const BATCH_HEADER_SIZE = 61
/** Base offset and length, which the length does not count. */
export const LOG_OVERHEAD = 12
const BATCH_LENGTH_MIN = BATCH_HEADER_SIZE - LOG_OVERHEAD
export const MAGIC = 2

export const BASE_OFFSET_AT = 0
export const LENGTH_AT = 8
export const LEADER_EPOCH_AT = 12
export const MAGIC_AT = 16
export const CRC_AT = 17
/** The CRC covers from here to the batch's end. */
export const CRC_COVERS_FROM = 21
export const ATTRIBUTES_AT = 21
export const LAST_OFFSET_DELTA_AT = 23
export const BASE_TIMESTAMP_AT = 27
export const MAX_TIMESTAMP_AT = 35
export const PRODUCER_ID_AT = 43
export const PRODUCER_EPOCH_AT = 51
export const BASE_SEQUENCE_AT = 53
export const RECORD_COUNT_AT = 57

/** In the order of their numbers in the attributes. */
export const CODECS: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const CODEC_BITS = 0b111
export const LOG_APPEND_TIME_BIT = 1 << 3
export const TRANSACTIONAL_BIT = 1 << 4
export const CONTROL_BIT = 1 << 5
export const DELETE_HORIZON_BIT = 1 << 6
