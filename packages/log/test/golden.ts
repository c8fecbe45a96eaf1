import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Offset, Position } from '@millrace/model/offset'
import type { SegmentExtent, SegmentOptions } from '../src/segment.ts'
import { segmentFileName, type SegmentFileKind } from '../src/segment-files.ts'

/** Partition directories that Kafka's own code wrote. */
export const PARTITION_CLEAN = fixture('partition-clean/g-0')
export const BEFORE_COMPACTION = fixture('compaction-before/c-0')
export const AFTER_COMPACTION = fixture('compaction-after-pass1/c-0')

/** How Kafka was told to index them. */
const GOLDEN_INTERVAL_BYTES = 150
const GOLDEN_INDEX_BYTES = 1200

export interface GoldenSegment {
  readonly directory: string
  readonly baseOffset: Offset
  /** Past its last offset: where the next segment begins. */
  readonly nextOffset: Offset
  readonly gaps: boolean
}

/** Every segment that Kafka had closed, in all three directories. */
export const CLOSED_SEGMENTS: readonly GoldenSegment[] = [
  ...segmentsOf(PARTITION_CLEAN, [0, 16, 26, 32, 38, 39], false),
  ...segmentsOf(BEFORE_COMPACTION, [0, 12, 21, 30], false),
  ...segmentsOf(AFTER_COMPACTION, [0, 12, 21, 30], true),
]

export async function goldenOptions(
  segment: GoldenSegment,
): Promise<SegmentOptions & SegmentExtent> {
  const { directory, baseOffset, nextOffset, gaps } = segment
  const { size } = await stat(join(directory, segmentFileName(baseOffset, 'log')))
  return {
    baseOffset,
    nextOffset,
    gaps,
    bytes: size as Position,
    indexIntervalBytes: GOLDEN_INTERVAL_BYTES,
    segmentIndexBytes: GOLDEN_INDEX_BYTES,
  }
}

export function readGolden(segment: GoldenSegment, kind: SegmentFileKind): Promise<Buffer> {
  return readFile(join(segment.directory, segmentFileName(segment.baseOffset, kind)))
}

function fixture(path: string): string {
  return join(import.meta.dirname, 'fixtures', path)
}

/** `bounds`: base offsets, and the end of the last. */
function segmentsOf(directory: string, bounds: readonly number[], gaps: boolean): GoldenSegment[] {
  return bounds.slice(0, -1).map((baseOffset, index) => ({
    directory,
    baseOffset: baseOffset as Offset,
    nextOffset: bounds[index + 1] as Offset,
    gaps,
  }))
}
