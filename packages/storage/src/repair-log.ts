import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { LogEnd } from '@millrace/log/log-end'
import { segmentFilePath } from '@millrace/log/segment-files'
import type { Offset } from '@millrace/model/offset'
import type { NamedLog } from './checkpoint.ts'
import type { DataDirectory } from './data-directory.ts'
import { listSegments } from './manifest.ts'
import {
  type LostOffsets,
  planSegment,
  type RepairProblem,
  type SegmentRepair,
} from './repair-segment.ts'
import type { LogToRepair } from './repair-table.ts'

/** What becomes of one log. */
export interface LogRepair {
  readonly directory: string
  /** As the checkpoint will name it. */
  readonly log: NamedLog
  readonly segments: readonly SegmentRepair[]
  /** Indexes that go, to be made again when they are first needed. */
  readonly staleIndexes: readonly string[]
  /** Not below the log start offset. */
  readonly lost: readonly LostOffsets[]
  readonly problems: readonly RepairProblem[]
}

export async function planLog(
  disk: Disk,
  paths: DataDirectory,
  log: LogToRepair,
): Promise<LogRepair> {
  const { logStartOffset, named } = log
  const directory = join(paths.topics, named.name)
  const segments = await planSegments(disk, directory, log)
  const end = endOf(segments, named)
  const staleIndexes = await findStaleIndexes(disk, directory, { segments, named, end })
  const isActiveKept = isExtended(segments, named, end)
  const syncedIndexes = isActiveKept
    ? named.syncedIndexes
    : { offsetIndexBytes: 0, timeIndexBytes: 0 }
  const { missing, stateFiles } = await findStateFiles(disk, directory, named)
  return {
    directory,
    log: { ...named, logStartOffset, end, syncedIndexes, stateFiles },
    segments,
    staleIndexes,
    lost: segments.flatMap(({ lost }) => lost.flatMap((range) => above(range, logStartOffset))),
    problems: [...segments.flatMap(({ problems }) => problems), ...missing],
  }
}

async function planSegments(
  disk: Disk,
  directory: string,
  { items, knownEnd, logStartOffset, named }: LogToRepair,
): Promise<readonly SegmentRepair[]> {
  const files = (await listSegments(disk, directory)) ?? []
  const begins = new Set<Offset>([named.end.segment])
  for (const { baseOffset, bytes } of files) if (bytes > 0) begins.add(baseOffset)
  for (const { segment } of items) begins.add(segment)
  if (![...begins].some((baseOffset) => baseOffset <= logStartOffset)) begins.add(logStartOffset)
  const baseOffsets = [...begins].toSorted((left, right) => left - right)
  const itemsOf = Map.groupBy(items, ({ segment }) => segment)
  const segments: SegmentRepair[] = []
  for (const [index, baseOffset] of baseOffsets.entries()) {
    const planned = await planSegment(disk, {
      directory,
      baseOffset,
      nextBaseOffset: baseOffsets[index + 1],
      knownEnd,
      gaps: named.gaps,
      syncedBytes: syncedBytesOf(named, baseOffset),
      items: itemsOf.get(baseOffset) ?? [],
    })
    segments.push(planned)
  }
  return segments
}

/** Segments before the active one are synced whole, those after it not at all. */
function syncedBytesOf({ end }: NamedLog, baseOffset: Offset): number {
  if (baseOffset === end.segment) return end.bytes
  return baseOffset < end.segment ? Infinity : 0
}

function endOf(segments: readonly SegmentRepair[], named: NamedLog): LogEnd {
  const last = segments.at(-1)
  if (last === undefined) return named.end
  return { logEndOffset: last.nextOffset, segment: last.baseOffset, bytes: last.bytes }
}

/** The active segment is what it was, or longer: its synced index entries still hold. */
function isExtended(segments: readonly SegmentRepair[], named: NamedLog, end: LogEnd): boolean {
  return end.segment === named.end.segment && segments.at(-1)?.change !== 'rewrite'
}

interface PlannedEnd {
  readonly segments: readonly SegmentRepair[]
  readonly named: NamedLog
  readonly end: LogEnd
}

/** Of segments written anew, and of those that were or became the active one: theirs were never said to be whole. */
async function findStaleIndexes(
  disk: Disk,
  directory: string,
  { segments, named, end }: PlannedEnd,
): Promise<readonly string[]> {
  const stale: string[] = []
  for (const { baseOffset, change } of segments) {
    const wasSealed = baseOffset < named.end.segment
    const isStillActive = baseOffset === named.end.segment && baseOffset === end.segment
    if (change !== 'rewrite' && (wasSealed || isStillActive)) continue
    for (const kind of ['index', 'timeindex'] as const) {
      const path = segmentFilePath(directory, baseOffset, kind)
      if ((await disk.stat(path)) !== undefined) stale.push(path)
    }
  }
  return stale
}

async function findStateFiles(
  disk: Disk,
  directory: string,
  { stateFiles }: NamedLog,
): Promise<{
  readonly stateFiles: readonly string[]
  readonly missing: readonly RepairProblem[]
}> {
  const found: string[] = []
  const missing: RepairProblem[] = []
  for (const name of stateFiles) {
    const path = join(directory, name)
    if ((await disk.stat(path)) === undefined) {
      missing.push({ path, position: 0, message: 'It is gone, and will be done without.' })
    } else found.push(name)
  }
  return { stateFiles: found, missing }
}

function above({ from, to }: LostOffsets, logStartOffset: Offset): readonly LostOffsets[] {
  if (to < logStartOffset) return []
  return [{ from: from > logStartOffset ? from : logStartOffset, to }]
}
