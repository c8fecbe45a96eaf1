/**
 * From what a crash left to a store that can be written to: exact, and bounded by the journal, never by the data.
 *
 * 1. Read the checkpoint; see that what it names is there.
 * 2. Read the entries after it, and that every item fits.
 * 3. Torn or damaged? When damaged, stop: nothing has been changed so far.
 * 4. Set aside what is left of a torn entry; sync the slots.
 * 5. Write every item to its segment, also where its bytes are already: what reads well may not be on disk.
 * 6. Sync those; raise the epoch, draw a new run, write the checkpoint.
 * 7. Only then may anything else be written or deleted. A crash before begins again at 1 and ends the same.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { FIRST_SEQUENCE } from '@millrace/journal/journal'
import type { JournalEnd } from '@millrace/journal/reader'
import { readEntries } from '@millrace/journal/reader'
import { Slots } from '@millrace/journal/slots'
import { readWholeFile, replaceFileDurably } from '@millrace/log/whole-file'
import { LogError } from '@millrace/model/log-error'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
import { findDamage } from './damage.ts'
import { type DataDirectory, IMPORT_ELSEWHERE, makeDirectories } from './data-directory.ts'
import type { LogId } from '@millrace/log/log'
import type { LogTable } from './log-table.ts'
import { expectNamed } from './manifest.ts'
import { type Misfit, RecoveredLogs } from './recovered-logs.ts'
import { openRecovered } from './recovered-table.ts'
import { Replay } from './replay.ts'

export interface Recovered {
  readonly slots: Slots
  readonly table: LogTable
  /** See `OpenedLogs`. */
  readonly haveMore: ReadonlySet<LogId>
  /** Durable: it names a run that nothing was written in yet. */
  readonly checkpoint: Checkpoint
  /** When the last checkpoint of the life before was taken, in epoch milliseconds. */
  readonly lastCheckpointMs: number
  readonly replayedEntries: number
  readonly replayedBytes: number
  readonly setAside: readonly string[]
  readonly notes: readonly string[]
}

/** Segments have a disk of their own, on which they share the open files. */
export interface Disks {
  readonly disk: Disk
  readonly segmentDisk: Disk
}

export async function recover(
  disks: Disks,
  paths: DataDirectory,
  clock: Clock,
): Promise<Recovered> {
  const slots = await Slots.open(disks.disk, paths.journal, 'write')
  try {
    return await recoverFrom(disks, paths, clock, slots)
  } catch (error) {
    await slots.close()
    throw error
  }
}

/** DATA_DIRECTORY_DAMAGED when there is none, or it is not whole. */
export async function readCheckpoint(disk: Disk, paths: DataDirectory): Promise<Checkpoint> {
  const bytes = await readWholeFile(disk, paths.checkpoint)
  const checkpoint = bytes === undefined ? undefined : decodeCheckpoint(bytes)
  if (checkpoint !== undefined) return checkpoint
  const what = bytes === undefined ? 'is missing' : 'is not what was written'
  throw new LogError(
    'DATA_DIRECTORY_DAMAGED',
    `${paths.checkpoint} ${what}: which partitions there are, and up to where, cannot be told. ` +
      IMPORT_ELSEWHERE,
  )
}

export function drawRun(): string {
  return randomBytes(8).toString('hex')
}

async function recoverFrom(
  disks: Disks,
  paths: DataDirectory,
  clock: Clock,
  slots: Slots,
): Promise<Recovered> {
  const { disk } = disks
  const last = await readCheckpoint(disk, paths)
  const files = await expectNamed(disk, paths, last, slots)
  const found = new RecoveredLogs(last)
  let misfit: Misfit | undefined
  let replayedEntries = 0
  const end = await readEntries(slots, last.journal, (entry) => {
    misfit = found.take(entry)
    if (misfit !== undefined) return 'stop'
    replayedEntries++
    return undefined
  })
  const { run } = last.journal
  const damage = await findDamage(disk, paths, slots, { run, end, found, files, misfit })
  if (damage !== undefined) throw damage
  const setAside = await setAsideTorn(disk, paths, slots, end)
  await slots.sync()
  const replay = new Replay(disks.segmentDisk, paths, found)
  await readEntries(slots, last.journal, (entry) =>
    entry.sequence < end.sequence ? replay.take(entry) : 'stop',
  )
  await replay.finish()
  const { haveMore, table } = await openRecovered(disks, paths, clock, {
    last,
    found,
    files,
    replay,
  })
  const checkpoint = nextCheckpoint(slots, table, clock)
  await replaceFileDurably(disk, paths.checkpoint, encodeCheckpoint(checkpoint))
  return {
    slots,
    table,
    haveMore,
    checkpoint,
    lastCheckpointMs: last.wallClockMs,
    replayedEntries,
    replayedBytes: replay.bytes,
    setAside,
    notes: [],
  }
}

function nextCheckpoint(slots: Slots, table: LogTable, clock: Clock): Checkpoint {
  return {
    journal: { run: drawRun(), sequence: FIRST_SEQUENCE, slot: 0, position: 0 },
    slots: slots.sizes,
    wallClockMs: clock.nowMs(),
    ...table.counters,
    logs: [...table.logs].map((log) => table.describe(log)),
    removed: [...table.removed],
  }
}

/** What is left of an entry that was never answered as durable. Nobody needs it, but nobody can say that for sure. */
async function setAsideTorn(
  disk: Disk,
  paths: DataDirectory,
  slots: Slots,
  end: JournalEnd,
): Promise<readonly string[]> {
  if (end.remains === undefined) return []
  const { length, position, slot } = end.remains
  const bytes = await slots.read(slot, position, length)
  await makeDirectories(disk, paths.setAside)
  const path = join(paths.setAside, `torn-entry-${end.sequence}-${slot}-${position}.journal`)
  await replaceFileDurably(disk, path, bytes)
  return [path]
}
