import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { OpenFiles } from '@millrace/disk/open-files'
import { openFilesLimit } from '@millrace/disk/open-files-limit'
import { Journal } from '@millrace/journal/journal'
import type { BrokerStatus } from '@millrace/model/broker'
import { Appender } from './append.ts'
import { Checkpointer } from './checkpointer.ts'
import type { StorageConfig } from './config.ts'
import { type DataDirectory, makeDirectories, readFormat } from './data-directory.ts'
import { DiskSpace } from './disk-space.ts'
import { EntryGate } from './entry-gate.ts'
import { withFinalSyncs } from './final-syncs.ts'
import { Health } from './health.ts'
import { JournalRoom } from './journal-room.ts'
import { clearLeftovers } from './leftovers.ts'
import { makeStore } from './making.ts'
import { type Recovered, recover } from './recovery.ts'
import { RetentionClock } from './retention.ts'
import type { RunningParts } from './running-parts.ts'
import { WriteBehind } from './write-behind.ts'

/** What one life of the store consists of. */
export interface StorageParts extends RunningParts {
  /** Which data directory this is, wherever it lies: a UUID. */
  readonly id: string
  readonly checkpointer: Checkpointer
  readonly appender: Appender
  readonly retentionClock: RetentionClock
  readonly recovery: BrokerStatus['lastRecovery']
}

/** Recovers the store, or makes it, and puts together what runs it. */
export async function openParts(
  anyDisk: Disk,
  paths: DataDirectory,
  clock: Clock,
  config: StorageConfig,
): Promise<StorageParts> {
  const startedMs = clock.monotonicMs()
  const disk = withFinalSyncs(anyDisk)
  // Segments are many and share a number of open files; the journal's slots stay open.
  const segmentDisk = withFinalSyncs(new OpenFiles(anyDisk, openFilesLimit()))
  await makeDirectories(disk, paths.path)
  const format = (await readFormat(disk, paths)) ?? (await makeStore(disk, paths, clock, config))
  const recovered = await recover({ disk, segmentDisk }, paths, clock)
  const { checkpoint, table } = recovered
  const journal = new Journal(recovered.slots, checkpoint.journal.run, {
    slotBytes: config.journalSlotBytes,
    slotsMax: config.journalSlotsMax,
  })
  const notes = [...recovered.notes, ...(await clearLeftovers(disk, paths, recovered))]
  const health = new Health()
  const space = await DiskSpace.open({ disk, directory: paths.path, clock, health, ...config })
  const gate = new EntryGate()
  const room = new JournalRoom(journal, clock, health)
  const writeBehind = new WriteBehind(clock, health, space)
  const running: RunningParts = {
    disk,
    paths,
    clock,
    health,
    gate,
    journal,
    room,
    space,
    table,
    writeBehind,
  }
  const checkpointer = new Checkpointer(running)
  const appender = new Appender({ ...running, checkpointer })
  const durationMs = clock.monotonicMs() - startedMs
  return {
    ...running,
    id: format.id,
    checkpointer,
    appender,
    retentionClock: new RetentionClock(clock, recovered.lastCheckpointMs),
    recovery: reportOf(recovered, notes, durationMs),
  }
}

function reportOf(
  recovered: Recovered,
  notes: readonly string[],
  durationMs: number,
): BrokerStatus['lastRecovery'] {
  const { replayedBytes, replayedEntries, setAside } = recovered
  const wasClean = replayedEntries === 0 && setAside.length === 0
  return { wasClean, durationMs, replayedEntries, replayedBytes, setAside, notes }
}
