import type { Disk } from '@millrace/disk/disk'
import type { Offset, Position } from '@millrace/model/offset'
import type { LogConfig } from './config.ts'
import type { LogEnd } from './log-end.ts'
import type { LogState } from './log-state.ts'
import type { LogId } from './log.ts'
import { PendingBatches } from './pending.ts'
import { emptySegment } from './placement.ts'
import { type IndexSizes, Segment } from './segment.ts'
import { SegmentList } from './segment-list.ts'

/** A log as a checkpoint, or its making, says that it is. */
export interface LogOpening {
  readonly id: LogId
  /** The name of its directory below `topics/`. */
  readonly name: string
  /** The path of that directory. */
  readonly directory: string
  readonly logStartOffset: Offset
  readonly end: LogEnd
  /** Of the active segment: as much of its indexes as is believed. */
  readonly syncedIndexes: IndexSizes
  readonly gaps: boolean
  /** Kafka's settings of the same names, which the segments were written with. */
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
  /** On disk, by base offset. Without the active one when it is empty and has no file. */
  readonly segments: readonly { readonly baseOffset: Offset; readonly bytes: Position }[]
}

/** Touches no file: segments are opened when first needed. */
export function openLogState(
  disk: Disk,
  opening: LogOpening,
  config: LogConfig,
  nowMs: number,
): LogState {
  const { directory, end, gaps, logStartOffset } = opening
  return {
    disk,
    directory,
    segments: new SegmentList(openSegments(disk, opening)),
    pending: new PendingBatches(),
    gaps,
    config,
    active: { ...emptySegment(end.segment, nowMs), bytes: end.bytes },
    logStartOffset,
    highWatermark: end.logEndOffset,
    logEndOffset: end.logEndOffset,
    isRemoved: false,
    gone: undefined,
  }
}

function openSegments(disk: Disk, opening: LogOpening): readonly Segment[] {
  const { directory, end, segments, syncedIndexes } = opening
  const { gaps, indexIntervalBytes, segmentIndexBytes } = opening
  return segments.map(({ baseOffset, bytes }, index) => {
    const options = { baseOffset, gaps, indexIntervalBytes, segmentIndexBytes }
    if (baseOffset === end.segment) {
      const extent = { bytes: end.bytes, nextOffset: end.logEndOffset, syncedIndexes }
      return Segment.open(disk, directory, { ...options, ...extent })
    }
    const nextOffset = segments[index + 1]?.baseOffset ?? end.logEndOffset
    return Segment.open(disk, directory, { ...options, bytes, nextOffset })
  })
}
