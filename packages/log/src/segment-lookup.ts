import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { BREAK_REASONS } from './batch-chain.ts'
import { type BatchFile, type BatchStart, startAfter } from './batch-file.ts'
import type { Damage } from './batch-scanner.ts'
import type { SegmentIndexes } from './segment-indexes.ts'

/**
 * Where the first batch that ends at or after `offset` begins. Undefined when the segment has none. CORRUPT_SEGMENT
 * when what may hold that offset is damaged.
 */
export async function findBatch(
  batches: BatchFile,
  indexes: SegmentIndexes,
  offset: Offset,
): Promise<BatchStart | undefined> {
  const from = await hintedStart(batches, indexes, offset)
  let nextOffset = from.nextOffset
  for await (const scanned of batches.scan(from)) {
    if (scanned.kind === 'damage') {
      if (offset < (scanned.nextReadableOffset ?? batches.nextOffset)) {
        throw corruptSegment(batches, scanned)
      }
      nextOffset = scanned.nextReadableOffset ?? nextOffset
      continue
    }
    let start: BatchStart = { position: scanned.position, nextOffset }
    for (const header of scanned.headers) {
      if (header.lastOffset >= offset) return start
      start = startAfter(start.position, header)
    }
    nextOffset = start.nextOffset
  }
  return undefined
}

/** The same, reading headers only: whoever reads the batch checks it, and asks `findBatch` when it is not sound. */
export async function peekBatch(
  batches: BatchFile,
  indexes: SegmentIndexes,
  offset: Offset,
): Promise<BatchStart | undefined> {
  let start = await hintedStart(batches, indexes, offset)
  while (start.position < batches.bytes) {
    const headers = await batches.peek(start)
    if (headers.length === 0) return findBatch(batches, indexes, offset)
    for (const header of headers) {
      if (header.lastOffset >= offset) return start
      start = startAfter(start.position, header)
    }
  }
  return undefined
}

/** A batch at or before the one that ends at or after `offset`. */
async function hintedStart(
  batches: BatchFile,
  indexes: SegmentIndexes,
  offset: Offset,
): Promise<BatchStart> {
  await indexes.ready()
  let bound = offset
  for (;;) {
    const found = await indexes.floorOffset(bound)
    if (found === undefined) return batches.start
    const { entry } = found
    const header = await batches.headerAt(entry.position)
    if (header?.lastOffset === entry.offset) {
      return { position: entry.position, nextOffset: header.baseOffset }
    }
    if (indexes.isOwnWork) {
      // The entry was right when it was made: it is the batch that has changed since.
      bound = (entry.offset - 1) as Offset
    } else {
      await indexes.rebuild()
    }
  }
}

/** CORRUPT_SEGMENT: where, why, and what is lost. */
export function corruptSegment(batches: BatchFile, damage: Damage, cause?: unknown): LogError {
  const nextReadableOffset = damage.nextReadableOffset ?? batches.nextOffset
  const where = `${batches.path}, byte ${damage.position}: ${BREAK_REASONS[damage.reason]}.`
  return new LogError('CORRUPT_SEGMENT', where, {
    damagedFrom: damage.damagedFrom,
    nextReadableOffset,
    ...(cause === undefined ? {} : { cause }),
  })
}
