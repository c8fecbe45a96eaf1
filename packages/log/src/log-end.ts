import type { Offset, Position } from '@millrace/model/offset'
import { type BatchHeader, readBatchHeader } from '@millrace/model/record-batch'

/** Where a log goes on: the next offset, and the place of its batch unless a new segment begins with it. */
export interface LogEnd {
  readonly logEndOffset: Offset
  /** The active segment's base offset. */
  readonly segment: Offset
  readonly bytes: Position
}

/** Batches with the place that an append gave them. */
export interface PlacedBytes {
  readonly baseOffset: Offset
  readonly segment: Offset
  readonly position: Position
  readonly bytes: Uint8Array
}

/**
 * The log's end after these batches. Undefined when they do not fit: not the next offset, not the end of the
 * active segment nor the start of one that begins here, or not whole batches in a dense row.
 */
export function endAfter(end: LogEnd, placed: PlacedBytes): LogEnd | undefined {
  const continues = placed.segment === end.segment && placed.position === end.bytes
  const rolls = placed.segment === end.logEndOffset && placed.position === 0
  if (placed.baseOffset !== end.logEndOffset || !(continues || rolls)) return undefined
  const headers = headersOf(placed.bytes)
  let next = placed.baseOffset
  for (const header of headers ?? []) {
    if (header.baseOffset !== next) return undefined
    next = (header.lastOffset + 1) as Offset
  }
  if (headers === undefined || next === placed.baseOffset) return undefined
  const bytes = (placed.position + placed.bytes.length) as Position
  return { logEndOffset: next, segment: placed.segment, bytes }
}

/** The headers of batches that fill `bytes`. Undefined when they do not; says nothing of their CRCs. */
export function headersOf(bytes: Uint8Array): readonly BatchHeader[] | undefined {
  const headers: BatchHeader[] = []
  let at = 0
  while (at < bytes.length) {
    const header = readBatchHeader(bytes, at)
    if (header === undefined || at + header.sizeInBytes > bytes.length) return undefined
    headers.push(header)
    at += header.sizeInBytes
  }
  return headers
}
