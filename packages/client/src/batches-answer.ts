import { decodeRecords } from '@millrace/model/batch-decoding'
import { canDecompress } from '@millrace/model/compression'
import { LogError } from '@millrace/model/log-error'
import type { LogRecord } from '@millrace/model/record'
import { type BatchHeader, hasValidCrc, readBatchHeader } from '@millrace/model/record-batch'
import { MillraceError } from './millrace-error.ts'

/** Offsets that must be read in another way: nobody here can decompress their batch. */
export interface UnreadableSpan {
  readonly fromOffset: number
  readonly lastOffset: number
}

export function isUnreadable(part: readonly LogRecord[] | UnreadableSpan): part is UnreadableSpan {
  return 'fromOffset' in part
}

/**
 * What is in concatenated record batches at or after `fromOffset`, in order. The answer is not believed:
 * CORRUPT_BATCH when a batch is cut short, fails its CRC, does not decode, or goes back.
 */
export function readBatches(
  bytes: Uint8Array,
  fromOffset: number,
): readonly (readonly LogRecord[] | UnreadableSpan)[] {
  const parts: (readonly LogRecord[] | UnreadableSpan)[] = []
  let nextOffset = 0
  for (let at = 0; at < bytes.length;) {
    const header = readBatchHeader(bytes, at)
    if (header === undefined || !hasValidCrc(bytes, at, header)) {
      throw corrupt(`Byte ${at} of the answer does not begin a whole record batch.`)
    }
    if (header.baseOffset < nextOffset) throw corrupt(`Offset ${header.baseOffset} comes twice.`)
    nextOffset = header.lastOffset + 1
    if (header.lastOffset >= fromOffset && !header.isControl) {
      parts.push(readBatch(bytes, at, header, fromOffset))
    }
    at += header.sizeInBytes
  }
  return parts
}

function readBatch(
  bytes: Uint8Array,
  at: number,
  header: BatchHeader,
  fromOffset: number,
): readonly LogRecord[] | UnreadableSpan {
  const { baseOffset, lastOffset } = header
  if (!canDecompress(header.codec)) {
    return { fromOffset: Math.max(baseOffset, fromOffset), lastOffset }
  }
  try {
    const records = decodeRecords(bytes, at, header, { maxBytes: DECOMPRESSED_BYTES_MAX })
    return baseOffset >= fromOffset ? records : records.filter(({ offset }) => offset >= fromOffset)
  } catch (error) {
    if (error instanceof LogError) throw corrupt(error.detail)
    throw error
  }
}

function corrupt(detail: string): MillraceError {
  return new MillraceError('CORRUPT_BATCH', detail)
}

/** Of one batch: what a consumer will hold at most beyond what it fetched. */
const DECOMPRESSED_BYTES_MAX = 64 * 1024 * 1024
