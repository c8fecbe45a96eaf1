import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { Slots } from '@millrace/journal/slots'
import type { LogOpening } from '@millrace/log/log'
import { segmentBaseOffsets, segmentFilePath } from '@millrace/log/segment-files'
import { LogError } from '@millrace/model/log-error'
import type { Offset, Position } from '@millrace/model/offset'
import { eachAtMost } from '@millrace/log/bounded'
import type { Checkpoint, NamedLog } from './checkpoint.ts'
import type { DataDirectory } from './data-directory.ts'
import type { LogPlace } from './log-place.ts'

/** A segment file on disk. */
export interface SegmentFile {
  readonly baseOffset: Offset
  readonly bytes: Position
}

/**
 * Sees that what a checkpoint names is there, at least as long as it says. Answers with the segment files of
 * each log, by directory. DATA_DIRECTORY_DAMAGED.
 */
export async function expectNamed(
  disk: Disk,
  paths: DataDirectory,
  checkpoint: Checkpoint,
  slots: Slots,
): Promise<ReadonlyMap<string, readonly SegmentFile[]>> {
  for (const slot of slots.missing) {
    const size = checkpoint.slots[slot]
    const what = size === undefined ? 'before others that are there' : `of ${size} bytes`
    throw missing(slots.path(slot), what, 'The journal of all partitions')
  }
  for (const [slot, size] of checkpoint.slots.entries()) {
    const isThere = slot < slots.count && slots.size(slot) >= size
    if (!isThere)
      throw missing(slots.path(slot), `of ${size} bytes`, 'The journal of all partitions')
  }
  const found = new Map<string, readonly SegmentFile[]>()
  await eachAtMost(LOOKS_AT_ONCE, checkpoint.logs, async (log) => {
    found.set(log.name, await expectLog(disk, paths, log))
  })
  return found
}

/** The segment files in a partition's directory, ascending. Undefined when there is no such directory. */
export async function listSegments(
  disk: Disk,
  directory: string,
): Promise<readonly SegmentFile[] | undefined> {
  const names = await listNames(disk, directory)
  if (names === undefined) return undefined
  return statSegments(disk, directory, names)
}

/** How the log is opened: with the segments up to its active one. */
export function openingOf(
  paths: DataDirectory,
  place: LogPlace,
  files: readonly SegmentFile[],
): LogOpening {
  const { end } = place
  const segments = files.filter(({ baseOffset }) => baseOffset <= end.segment)
  return { ...place, directory: join(paths.topics, place.name), segments }
}

async function expectLog(
  disk: Disk,
  paths: DataDirectory,
  log: NamedLog,
): Promise<readonly SegmentFile[]> {
  const directory = join(paths.topics, log.name)
  const names = await listNames(disk, directory)
  if (names === undefined) throw missing(directory, 'with its segments', `Partition ${log.name}`)
  const segments = await statSegments(disk, directory, names)
  const active = segments.find(({ baseOffset }) => baseOffset === log.end.segment)
  if ((active?.bytes ?? 0) < log.end.bytes) {
    const path = segmentFilePath(directory, log.end.segment, 'log')
    const wanted = `of at least ${log.end.bytes} bytes (it has ${active?.bytes ?? 'none'})`
    throw missing(path, wanted, `Partition ${log.name}`)
  }
  for (const name of log.stateFiles) {
    if (names.includes(name)) continue
    throw missing(join(directory, name), 'that was written there', `Partition ${log.name}`)
  }
  return segments
}

async function statSegments(
  disk: Disk,
  directory: string,
  names: readonly string[],
): Promise<readonly SegmentFile[]> {
  const segments: SegmentFile[] = []
  for (const baseOffset of segmentBaseOffsets(names)) {
    const found = await disk.stat(segmentFilePath(directory, baseOffset, 'log'))
    segments.push({ baseOffset, bytes: (found?.size ?? 0) as Position })
  }
  return segments
}

async function listNames(disk: Disk, directory: string): Promise<readonly string[] | undefined> {
  try {
    return await disk.list(directory)
  } catch (error) {
    if (isNothingThere(error)) return undefined
    throw error
  }
}

function isNothingThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOTHING_THERE.includes(String(error.code))
}

const NOTHING_THERE = ['ENOENT', 'ENOTDIR']

function missing(path: string, what: string, whose: string): LogError {
  return new LogError(
    'DATA_DIRECTORY_DAMAGED',
    `${path}, ${what}, should be there and is not. ${whose} cannot be opened as it was left. ` +
      'Put the file back from a backup, or see what `millrace log repair` would do.',
  )
}

const LOOKS_AT_ONCE = 16
