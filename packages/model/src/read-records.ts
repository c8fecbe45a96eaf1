import { decodeRecords } from './batch-decoding.ts'
import { LogError } from './log-error.ts'
import { advance, type Offset } from './offset.ts'
import { type BatchHeader, readBatchHeader } from './record-batch.ts'
import type { LogRecord } from './record.ts'

/** The records of batches that a log was read for, from `offset` on, decoded batch by batch as they are asked for. */
export function* recordsFrom(
  pieces: readonly Uint8Array[],
  offset: Offset,
): Generator<LogRecord, void, void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const header = readBatchHeader(piece, at)
      if (header === undefined) throw new Error('A read answered with what is no record batch.')
      for (const record of recordsOfBatch(piece, at, header)) {
        if (record.offset >= offset) yield record
      }
      at += header.sizeInBytes
    }
  }
}

/** A batch was checked when it came in: what cannot be read now is damage, and a reader must get past it. */
function recordsOfBatch(piece: Uint8Array, at: number, header: BatchHeader): LogRecord[] {
  try {
    return decodeRecords(piece, at, header, { maxBytes: DECOMPRESSED_MAX_BYTES })
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause
    const nextReadableOffset = advance(header.lastOffset, 1)
    throw new LogError(
      'CORRUPT_SEGMENT',
      `The batch of offsets ${header.baseOffset} to ${header.lastOffset} cannot be read: ${cause.detail} Go on at ${nextReadableOffset}.`,
      { damagedFrom: header.baseOffset, nextReadableOffset, cause },
    )
  }
}

/** Of one batch: far more than is taken in. */
const DECOMPRESSED_MAX_BYTES = 128 * 1024 * 1024
