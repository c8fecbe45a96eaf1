import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { FIRST_SEQUENCE } from '@millrace/journal/journal'
import { Slots } from '@millrace/journal/slots'
import { replaceFileDurably } from '@millrace/log/whole-file'
import { LogError } from '@millrace/model/log-error'
import { encodeCheckpoint } from './checkpoint.ts'
import type { StorageConfig } from './config.ts'
import {
  type DataDirectory,
  expectNothingToLose,
  type Format,
  makeDirectories,
  writeFormat,
} from './data-directory.ts'
import { writeReserve } from './disk-space.ts'
import { isDiskFull } from './health.ts'
import { drawRun } from './recovery.ts'

/**
 * Makes an empty store. `format.json` comes last: without it, the next start begins here again. STORAGE_FULL when there
 * is no room for it.
 */
export async function makeStore(
  disk: Disk,
  paths: DataDirectory,
  clock: Clock,
  config: StorageConfig,
): Promise<Format> {
  await expectNothingToLose(disk, paths)
  try {
    return await makeFiles(disk, paths, clock, config)
  } catch (error) {
    throw isDiskFull(error) ? noRoomFor(paths, config, error) : error
  }
}

function noRoomFor({ path }: DataDirectory, config: StorageConfig, cause: unknown): LogError {
  const { reserveBytes, journalSlotBytes } = config
  const wanted = inMiB(reserveBytes + SLOTS_AT_FIRST * journalSlotBytes)
  return new LogError(
    'STORAGE_FULL',
    `${path} takes ${wanted} to begin with: ${inMiB(reserveBytes)} of storage.reserveBytes and ` +
      `${SLOTS_AT_FIRST} times ${inMiB(journalSlotBytes)} of storage.journalSlotBytes. ` +
      'Make room or set them lower, then start again.',
    { cause },
  )
}

function inMiB(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024))} MiB`
}

async function makeFiles(
  disk: Disk,
  paths: DataDirectory,
  clock: Clock,
  config: StorageConfig,
): Promise<Format> {
  await makeDirectories(disk, paths.topics)
  await makeDirectories(disk, paths.journal)
  if (config.reserveBytes > 0) await writeReserve(disk, paths.path, config.reserveBytes)
  const slots = await Slots.open(disk, paths.journal, 'write')
  try {
    while (slots.count < SLOTS_AT_FIRST || slots.missing.length > 0)
      await slots.make(config.journalSlotBytes)
    // The life before may have made them, and ended before it had synced their names.
    await slots.sync()
  } finally {
    await slots.close()
  }
  const checkpoint = encodeCheckpoint({
    journal: { run: drawRun(), sequence: FIRST_SEQUENCE, slot: 0, position: 0 },
    leaderEpoch: -1,
    highestProducerId: -1,
    slots: slots.sizes,
    wallClockMs: clock.nowMs(),
    nextLogId: 1,
    logs: [],
    removed: [],
  })
  await replaceFileDurably(disk, paths.checkpoint, checkpoint)
  return writeFormat(disk, paths)
}

const SLOTS_AT_FIRST = 2
