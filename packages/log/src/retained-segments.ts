import type { Offset } from '@millrace/model/offset'
import type { LogState } from './log-state.ts'
import { segmentFilePath } from './segment-files.ts'

/** A segment, with what retention decides by. */
export interface RetainedSegment {
  /** After its last record. */
  readonly nextOffset: Offset
  readonly bytes: number
  /** Of its newest record, or of the file when records have none; epoch milliseconds. Reads the disk. */
  readonly newestMs: () => Promise<number>
}

/** The segments on disk, the oldest first. What is pending counts for none of them. */
export function retainedSegments(log: LogState): readonly RetainedSegment[] {
  return [...log.segments].map((segment) => ({
    nextOffset: segment.nextOffset,
    bytes: segment.bytes,
    newestMs: async () => {
      const largest = await log.segments.reading(segment, () => segment.largestTimestamp())
      if (largest !== undefined && largest >= 0) return largest
      const path = segmentFilePath(log.directory, segment.baseOffset, 'log')
      return (await log.disk.stat(path))?.modifiedMs ?? Number.POSITIVE_INFINITY
    },
  }))
}
