import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Disk } from '@millrace/disk/disk'
import { FIRST_OFFSET, type Offset, type Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { ArbitraryBatch } from '@millrace/testing/arbitrary'
import { Segment, type SegmentExtent, type SegmentOptions } from '../src/segment.ts'

/** A segment as a list of batches, and what it should answer: worked out without an index, by looking at all. */
export interface SegmentModel {
  readonly batches: readonly ArbitraryBatch[]
  readonly nextOffset: Offset
}

export const SMALL_SEGMENT: SegmentOptions = {
  baseOffset: FIRST_OFFSET,
  indexIntervalBytes: 100,
  segmentIndexBytes: 100_000,
  gaps: false,
}

export const NO_LIMITS = { maxBytes: 10_000_000, untilOffset: Infinity as Offset }

export function modelOf(batches: readonly ArbitraryBatch[]): SegmentModel {
  const last = batches.at(-1)?.header.lastOffset
  return { batches, nextOffset: ((last ?? -1) + 1) as Offset }
}

export function extentOf(model: SegmentModel): SegmentExtent {
  return { bytes: bytesOf(model.batches) as Position, nextOffset: model.nextOffset }
}

export function expectedHeaders(
  model: SegmentModel,
  fromOffset: number,
  limits: { readonly maxBytes: number; readonly untilOffset: number },
): readonly BatchHeader[] {
  const found: BatchHeader[] = []
  let bytes = 0
  for (const { header } of model.batches) {
    if (header.lastOffset < fromOffset) continue
    bytes += header.sizeInBytes
    const isTooMuch = found.length > 0 && bytes > limits.maxBytes
    if (isTooMuch || header.lastOffset >= limits.untilOffset) break
    found.push(header)
  }
  return found
}

export function expectedByTime(model: SegmentModel, timestamp: number, fromOffset: number) {
  for (const { header, records } of model.batches) {
    for (const [index, record] of records.entries()) {
      const offset = header.baseOffset + index
      if (offset >= fromOffset && record.timestamp >= timestamp) {
        return { offset, timestamp: record.timestamp }
      }
    }
  }
  return undefined
}

export function expectedLargest(model: SegmentModel): number | undefined {
  const timestamps = model.batches.map((batch) => batch.header.maxTimestamp)
  return timestamps.length === 0 ? undefined : Math.max(...timestamps)
}

/** Writes the batches, a few at a time. */
export async function writeSegment(
  directory: string,
  batches: readonly ArbitraryBatch[],
  options: SegmentOptions = SMALL_SEGMENT,
  disk: Disk = NODE_DISK,
): Promise<Segment> {
  const segment = await Segment.create(disk, directory, options)
  for (let from = 0; from < batches.length; from += 3) {
    await segment.write(segment.bytes, batches.slice(from, from + 3))
  }
  return segment
}

export function bytesOf(batches: readonly ArbitraryBatch[]): number {
  return batches.reduce((bytes, batch) => bytes + batch.bytes.length, 0)
}
