import { type Static, Type } from 'typebox'
import type { LogId, LogOpening } from '@millrace/log/log'
import type { Offset, Position } from '@millrace/model/offset'

/** Where a log is and how far it goes, without what a look at its directory tells. */
export type LogPlace = Omit<LogOpening, 'directory' | 'segments'>

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** The same as it is written down, in a checkpoint and in the journal. */
export const StoredPlaceSchema = Type.Object({
  directory: Type.String({ minLength: 1 }),
  logStartOffset: Count,
  logEndOffset: Count,
  /** The active segment, by base offset, and its length. */
  segment: Count,
  bytes: Count,
  offsetIndexBytes: Count,
  timeIndexBytes: Count,
  gaps: Type.Boolean(),
  indexIntervalBytes: Count,
  segmentIndexBytes: Count,
})

export type StoredPlace = Static<typeof StoredPlaceSchema>

export function toStoredPlace(place: LogPlace): StoredPlace {
  const { end, gaps, indexIntervalBytes, logStartOffset, segmentIndexBytes } = place
  return {
    directory: place.name,
    logStartOffset,
    ...end,
    ...place.syncedIndexes,
    gaps,
    indexIntervalBytes,
    segmentIndexBytes,
  }
}

export function fromStoredPlace(id: number, stored: StoredPlace): LogPlace {
  const { gaps, indexIntervalBytes, offsetIndexBytes, segmentIndexBytes, timeIndexBytes } = stored
  return {
    id: id as LogId,
    name: stored.directory,
    logStartOffset: stored.logStartOffset as Offset,
    end: {
      logEndOffset: stored.logEndOffset as Offset,
      segment: stored.segment as Offset,
      bytes: stored.bytes as Position,
    },
    syncedIndexes: { offsetIndexBytes, timeIndexBytes },
    gaps,
    indexIntervalBytes,
    segmentIndexBytes,
  }
}
