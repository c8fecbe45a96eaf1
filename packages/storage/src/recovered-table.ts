import { join } from 'node:path'
import type { Clock } from '@millrace/disk/clock'
import type { LogId } from '@millrace/log/log'
import { Segment } from '@millrace/log/segment'
import type { Offset, Position } from '@millrace/model/offset'
import { eachAtMost } from '@millrace/log/bounded'
import type { Checkpoint } from './checkpoint.ts'
import type { DataDirectory } from './data-directory.ts'
import type { LogPlace } from './log-place.ts'
import { LogTable } from './log-table.ts'
import { listSegments, openingOf, type SegmentFile } from './manifest.ts'
import type { RecoveredLog, RecoveredLogs } from './recovered-logs.ts'
import type { Disks } from './recovery.ts'
import { finishedSegments, type Replay } from './replay.ts'

/** What the logs of a store were recovered from. */
export interface RecoveredStore {
  readonly last: Checkpoint
  readonly found: RecoveredLogs
  /** Of the logs that the checkpoint names, by directory, as they were before the replay. */
  readonly files: ReadonlyMap<string, readonly SegmentFile[]>
  readonly replay: Replay
}

export interface OpenedLogs {
  readonly table: LogTable
  /** Logs with files of segments beyond their end, which are to go: empty ones, as all that was synced was replayed. */
  readonly haveMore: ReadonlySet<LogId>
}

/** Opens every log where the replayed entries end, with indexes complete for all but its active segment. */
export async function openRecovered(
  disks: Disks,
  paths: DataDirectory,
  clock: Clock,
  { files, found, last, replay }: RecoveredStore,
): Promise<OpenedLogs> {
  const haveMore = new Set<LogId>()
  const table = new LogTable(disks.segmentDisk, paths.topics, clock, {
    nextLogId: found.nextId,
    leaderEpoch: last.leaderEpoch + 1,
    highestProducerId: last.highestProducerId,
  })
  const named = new Map(last.logs.map((log) => [log.id, log]))
  await eachAtMost(LOGS_AT_ONCE, found.logs, async (log) => {
    const directory = join(paths.topics, log.name)
    const known = log.creation === undefined ? files.get(log.name) : undefined
    const before = known ?? (await listSegments(disks.disk, directory)) ?? []
    const segments = segmentsAfter(log, before)
    if (before.some(({ baseOffset }) => baseOffset > log.end.segment)) haveMore.add(log.id)
    await finishIndexes(disks, directory, log, segments)
    if (log.creation !== undefined) table.raise(log.creation.highest)
    const opened = table.open(openingOf(paths, placeOf(log), segments))
    const epoch = replay.epochOf(log)
    const noted = named.get(log.id)?.newEpochs ?? []
    for (const began of epoch === undefined ? noted : [...noted, epoch]) opened.noteEpoch(began)
  })
  for (const log of last.logs) {
    if (table.find(log.id) !== undefined) table.nameStateFiles(log.id, log.stateFiles)
  }
  for (const removed of found.removed) table.noteRemoved(removed)
  return { table, haveMore }
}

function placeOf(log: RecoveredLog): LogPlace {
  const { end, logStartOffset, origin } = log
  const isSame = end.segment === origin.end.segment
  const syncedIndexes = isSame ? origin.syncedIndexes : NO_INDEXES
  return { ...origin, logStartOffset, end, syncedIndexes }
}

/** Ascending, as long as the log has them now; without an active one that is empty and has no file. */
function segmentsAfter(log: RecoveredLog, before: readonly SegmentFile[]): readonly SegmentFile[] {
  const kept = before.filter(({ baseOffset }) => baseOffset <= log.origin.end.segment)
  const sizes = new Map(kept.map(({ baseOffset, bytes }) => [baseOffset, bytes as number]))
  const { bytes: activeBytes, segment: active } = log.origin.end
  if (activeBytes > 0) sizes.set(active, activeBytes)
  for (const [baseOffset, bytes] of log.written) sizes.set(baseOffset, bytes)
  return [...sizes]
    .map(([baseOffset, bytes]) => ({ baseOffset, bytes: bytes as Position }))
    .toSorted((one, other) => one.baseOffset - other.baseOffset)
}

/** What a roll does to a segment, and the replay did not. */
async function finishIndexes(
  { segmentDisk }: Disks,
  directory: string,
  log: RecoveredLog,
  segments: readonly SegmentFile[],
): Promise<void> {
  const { gaps, indexIntervalBytes, segmentIndexBytes } = log.origin
  for (const baseOffset of finishedSegments(log)) {
    const index = segments.findIndex((segment) => segment.baseOffset === baseOffset)
    const bytes = segments[index]?.bytes
    const nextOffset: Offset = segments[index + 1]?.baseOffset ?? log.end.segment
    if (bytes === undefined) continue
    const wasActive = baseOffset === log.origin.end.segment
    await using segment = Segment.open(segmentDisk, directory, {
      baseOffset,
      nextOffset,
      bytes,
      gaps,
      indexIntervalBytes,
      segmentIndexBytes,
      syncedIndexes: wasActive ? log.origin.syncedIndexes : NO_INDEXES,
    })
    await segment.seal()
    await segment.sync()
  }
}

const NO_INDEXES = { offsetIndexBytes: 0, timeIndexBytes: 0 }
const LOGS_AT_ONCE = 16
