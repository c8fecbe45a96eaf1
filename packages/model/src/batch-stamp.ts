import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  type BatchHeader,
  CRC_AT,
  CRC_COVERS_FROM,
  LEADER_EPOCH_AT,
  LENGTH_AT,
  LOG_APPEND_TIME_BIT,
  LOG_OVERHEAD,
  MAX_TIMESTAMP_AT,
} from './record-batch.ts'
import { readInt16, readInt32, writeInt16, writeInt32, writeInt64 } from './big-endian.ts'
import { crc32c } from '#crc32c'

/** Gives a batch its place: the twelve bytes that the log writes, which the CRC does not cover. */
export function stampBatch(
  bytes: Uint8Array,
  at: number,
  place: Pick<BatchHeader, 'baseOffset' | 'partitionLeaderEpoch'>,
): void {
  writeInt64(bytes, at + BASE_OFFSET_AT, place.baseOffset)
  writeInt32(bytes, at + LEADER_EPOCH_AT, place.partitionLeaderEpoch)
}

/** LogAppendTime: every record now reads back with this time. Rewrites the CRC. */
export function stampAppendTime(bytes: Uint8Array, at: number, appendTimeMs: number): void {
  const attributes = readInt16(bytes, at + ATTRIBUTES_AT)
  writeInt16(bytes, at + ATTRIBUTES_AT, attributes | LOG_APPEND_TIME_BIT)
  stampMaxTimestamp(bytes, at, appendTimeMs)
}

/** Sets right what a client's header said of its records. Rewrites the CRC. */
export function stampMaxTimestamp(bytes: Uint8Array, at: number, maxTimestamp: number): void {
  writeInt64(bytes, at + MAX_TIMESTAMP_AT, maxTimestamp)
  stampCrc(bytes, at)
}

/** The last step of making or changing a batch. */
export function stampCrc(bytes: Uint8Array, at: number): void {
  const end = at + readInt32(bytes, at + LENGTH_AT) + LOG_OVERHEAD
  writeInt32(bytes, at + CRC_AT, crc32c(bytes.subarray(at + CRC_COVERS_FROM, end)))
}
