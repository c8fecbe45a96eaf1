import { join } from 'node:path'
import type { Disk, DiskFile } from '@millrace/disk/disk'
import { scanBatches } from '@millrace/log/batch-scanner'
import { OFFSET_INDEX_ENTRY_SIZE, offsetIndexFormat } from '@millrace/log/offset-index'
import { segmentFilePath } from '@millrace/log/segment-files'
import { timeIndexFormat, TIME_INDEX_ENTRY_SIZE } from '@millrace/log/time-index'
import { type Offset, OFFSET_MAX, type Position } from '@millrace/model/offset'
import { BATCH_HEADER_SIZE, type BatchHeader, readBatchHeader } from '@millrace/model/record-batch'
import type { PartitionTarget } from './target.ts'

/** A segment at a glance: its ends are read, not what lies between. */
export interface SegmentSummary {
  readonly partition: string
  readonly path: string
  readonly baseOffset: number
  /** Undefined when it has no sound batch at its end. */
  readonly lastOffset: number | undefined
  readonly bytes: number
  /** Of 0 to 1: how much of the size at which the next segment begins. */
  readonly full: number
  /** Milliseconds since the epoch, of the first batch. */
  readonly firstTimestamp: number | undefined
  readonly largestTimestamp: number | undefined
  readonly offsetIndexEntries: number | undefined
  readonly timeIndexEntries: number | undefined
}

export async function summarizeSegment(
  disk: Disk,
  partition: PartitionTarget,
  baseOffset: Offset,
  segmentBytes: number,
): Promise<SegmentSummary> {
  const path = segmentFilePath(partition.path, baseOffset, 'log')
  const file = await disk.open(path, 'read')
  try {
    const bytes = (await file.size()) as Position
    const indexes = await lookAtIndexes(disk, partition.path, baseOffset)
    const first = await firstHeader(file)
    const end = await readEnd(file, { baseOffset, bytes, from: indexes.lastPosition })
    const timestamps = [end.largestTimestamp, indexes.largestTimestamp].filter(
      (timestamp) => timestamp !== undefined,
    )
    return {
      partition: partition.name,
      path: join(partition.shownAs, path.slice(partition.path.length)),
      baseOffset,
      lastOffset: end.lastOffset,
      bytes,
      full: bytes / segmentBytes,
      firstTimestamp: first?.baseTimestamp,
      largestTimestamp: timestamps.length === 0 ? undefined : Math.max(...timestamps),
      offsetIndexEntries: indexes.offsetEntries,
      timeIndexEntries: indexes.timeEntries,
    }
  } finally {
    await file.close()
  }
}

async function firstHeader(file: DiskFile): Promise<BatchHeader | undefined> {
  const bytes = Buffer.alloc(BATCH_HEADER_SIZE)
  return readBatchHeader(bytes.subarray(0, await file.read(0, bytes)))
}

/** From the last batch that the index knows to the end of the file. */
async function readEnd(
  file: DiskFile,
  segment: { readonly baseOffset: Offset; readonly bytes: Position; readonly from: Position },
): Promise<{ readonly lastOffset?: number; readonly largestTimestamp?: number }> {
  const { baseOffset, bytes, from } = segment
  // An index that leads beyond the file is no help.
  const start = from < bytes ? from : (0 as Position)
  const range = {
    from: start,
    to: bytes,
    nextOffset: baseOffset,
    endOffset: OFFSET_MAX,
    gaps: true,
  }
  let last: BatchHeader | undefined
  let largestTimestamp = -1
  for await (const piece of scanBatches(file, range)) {
    if (piece.kind === 'damage') continue
    for (const header of piece.headers) {
      last = header
      largestTimestamp = Math.max(largestTimestamp, header.maxTimestamp)
    }
  }
  return last === undefined ? {} : { lastOffset: last.lastOffset, largestTimestamp }
}

interface IndexesAtAGlance {
  readonly offsetEntries: number | undefined
  readonly timeEntries: number | undefined
  /** Where the last batch begins that the offset index names. */
  readonly lastPosition: Position
  readonly largestTimestamp: number | undefined
}

async function lookAtIndexes(
  disk: Disk,
  directory: string,
  baseOffset: Offset,
): Promise<IndexesAtAGlance> {
  const offsets = await lastEntry(
    disk,
    segmentFilePath(directory, baseOffset, 'index'),
    OFFSET_INDEX_ENTRY_SIZE,
  )
  const times = await lastEntry(
    disk,
    segmentFilePath(directory, baseOffset, 'timeindex'),
    TIME_INDEX_ENTRY_SIZE,
  )
  const offset = offsets?.bytes && offsetIndexFormat(baseOffset).decode(offsets.bytes, 0)
  const time = times?.bytes && timeIndexFormat(baseOffset).decode(times.bytes, 0)
  return {
    offsetEntries: offsets?.count,
    timeEntries: times?.count,
    lastPosition: offset ? offset.position : (0 as Position),
    largestTimestamp: time ? time.timestamp : undefined,
  }
}

interface LastEntry {
  readonly count: number
  readonly bytes: Buffer | undefined
}

async function lastEntry(
  disk: Disk,
  path: string,
  entrySize: number,
): Promise<LastEntry | undefined> {
  const found = await disk.stat(path)
  if (found === undefined) return undefined
  const count = Math.floor(found.size / entrySize)
  if (count === 0) return { count, bytes: undefined }
  const file = await disk.open(path, 'read')
  try {
    const bytes = Buffer.alloc(entrySize)
    const got = await file.read((count - 1) * entrySize, bytes)
    // Kafka leaves zeros after the entries of an active segment.
    const isEntry = got === entrySize && bytes.some((byte) => byte !== 0)
    return { count, bytes: isEntry ? bytes : undefined }
  } finally {
    await file.close()
  }
}
