import { decodeRecords } from '@millrace/model/batch-decoding'
import { LogError } from '@millrace/model/log-error'
import { advance, type Offset } from '@millrace/model/offset'
import type { LogRecord } from '@millrace/model/record'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { BatchFile, BatchStart } from './batch-file.ts'
import type { SoundBatches } from './batch-scanner.ts'
import type { SegmentIndexes } from './segment-indexes.ts'
import { corruptSegment, findBatch } from './segment-lookup.ts'
import type { TimeIndexEntry } from './time-index.ts'

export interface FoundRecord {
  readonly offset: Offset
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

/** The first record at or after `fromOffset` that has `timestamp` or a later one; control records are none. */
export async function findRecordByTime(
  batches: BatchFile,
  indexes: SegmentIndexes,
  timestamp: number,
  fromOffset: Offset,
): Promise<FoundRecord | undefined> {
  const byTime = await findTime(batches, indexes, timestamp)
  const byOffset = byTime && (await findBatch(batches, indexes, fromOffset))
  if (byTime === undefined || byOffset === undefined) return undefined
  const start = byTime.position > byOffset.position ? byTime : byOffset
  for await (const scanned of batches.scan(start)) {
    if (scanned.kind === 'damage') throw corruptSegment(batches, scanned)
    const found = firstRecordIn(batches, scanned, timestamp, fromOffset)
    if (found !== undefined) return found
  }
  return undefined
}

function firstRecordIn(
  batches: BatchFile,
  scanned: SoundBatches,
  timestamp: number,
  fromOffset: Offset,
): FoundRecord | undefined {
  let at = 0
  for (const header of scanned.headers) {
    const mayHold = header.maxTimestamp >= timestamp && header.lastOffset >= fromOffset
    if (mayHold && !header.isControl) {
      const records = decodeStored(batches, scanned, at, header)
      const found = records.find(
        (record) => record.timestamp >= timestamp && record.offset >= fromOffset,
      )
      if (found !== undefined) return { offset: found.offset, timestamp: found.timestamp }
    }
    at += header.sizeInBytes
  }
  return undefined
}

/** A sound CRC does not make sound records: what was brought in was not written here. */
function decodeStored(
  batches: BatchFile,
  scanned: SoundBatches,
  at: number,
  header: BatchHeader,
): LogRecord[] {
  try {
    return decodeRecords(scanned.bytes, at, header, { maxBytes: RECORDS_BYTES_MAX })
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause
    const where = `${batches.path}, byte ${scanned.position + at}.`
    throw new LogError('CORRUPT_SEGMENT', where, {
      damagedFrom: header.baseOffset,
      nextReadableOffset: advance(header.lastOffset, 1),
      cause,
    })
  }
}

/** Of one batch, decompressed. */
const RECORDS_BYTES_MAX = 128 * 1024 * 1024

/**
 * A batch before which no record has `timestamp` or a later one. Undefined: none in the segment has.
 *
 * A wrong time-index entry would hide records without a trace. So one from a file is believed only after the batches
 * between it and the entry before it were seen to be what both say.
 */
async function findTime(
  batches: BatchFile,
  indexes: SegmentIndexes,
  timestamp: number,
): Promise<BatchStart | undefined> {
  const largest = await largestTimestamp(batches, indexes)
  if (largest === undefined || largest < timestamp) return undefined
  const found = await indexes.floorTime(timestamp)
  if (found === undefined) return batches.start
  if (!indexes.isOwnWork) {
    const before = await indexes.timeEntry(found.slot - 1)
    const survey = await surveyTimes(batches, indexes, before, found.entry.offset)
    const { timestamp: claimed } = found.entry
    if (!survey.isRightAtStart || survey.largest !== claimed || survey.atEnd !== claimed) {
      await indexes.rebuild()
      return findTime(batches, indexes, timestamp)
    }
  }
  return findBatch(batches, indexes, found.entry.offset)
}

/** Of all records of the segment; undefined when none has one. */
export async function largestTimestamp(
  batches: BatchFile,
  indexes: SegmentIndexes,
): Promise<number | undefined> {
  await indexes.ready()
  if (!indexes.isLargestProven) {
    const claimed = indexes.largest?.timestamp ?? NO_TIMESTAMP
    const lastOffset = (batches.nextOffset - 1) as Offset
    const last = await indexes.lastTimeEntry()
    const survey = await surveyTimes(batches, indexes, last, lastOffset)
    if (survey.isRightAtStart && survey.largest === claimed) indexes.proveLargest()
    else await indexes.rebuild()
  }
  return indexes.largest?.timestamp
}

const NO_TIMESTAMP = -1

interface TimeSurvey {
  /** The batch that `after` names is there, and has that timestamp. */
  readonly isRightAtStart: boolean
  /** Of the batch that `after` names and of all that follow. */
  readonly largest: number
  /** Of the last batch. Undefined: no batch ends with the last offset. */
  readonly atEnd: number | undefined
}

/** Looks at the batches from the one that `after` names (none: the first) to the one that ends with `lastOffset`. */
async function surveyTimes(
  batches: BatchFile,
  indexes: SegmentIndexes,
  after: TimeIndexEntry | undefined,
  lastOffset: Offset,
): Promise<TimeSurvey> {
  let isRightAtStart = after === undefined
  let largest = NO_TIMESTAMP
  const start =
    after === undefined ? batches.start : await findBatchIfSound(batches, indexes, after.offset)
  if (start === undefined) return { isRightAtStart, largest, atEnd: undefined }
  for await (const scanned of batches.scan(start)) {
    if (scanned.kind === 'damage') continue
    for (const header of scanned.headers) {
      const { maxTimestamp } = header
      if (header.lastOffset > lastOffset) return { isRightAtStart, largest, atEnd: undefined }
      if (header.lastOffset === after?.offset) isRightAtStart = maxTimestamp === after.timestamp
      largest = Math.max(largest, maxTimestamp)
      if (header.lastOffset === lastOffset) {
        return { isRightAtStart, largest, atEnd: maxTimestamp }
      }
    }
  }
  return { isRightAtStart, largest, atEnd: undefined }
}

async function findBatchIfSound(
  batches: BatchFile,
  indexes: SegmentIndexes,
  offset: Offset,
): Promise<BatchStart | undefined> {
  try {
    return await findBatch(batches, indexes, offset)
  } catch (error) {
    if (error instanceof LogError && error.code === 'CORRUPT_SEGMENT') return undefined
    throw error
  }
}
