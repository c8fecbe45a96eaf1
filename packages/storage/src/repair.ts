import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { JournalPlace } from '@millrace/journal/slots'
import { Slots } from '@millrace/journal/slots'
import { LogError } from '@millrace/model/log-error'
import type { Checkpoint } from './checkpoint.ts'
import { findDamage } from './damage.ts'
import { type DataDirectory, dataDirectoryAt, readFormat } from './data-directory.ts'
import { expectNamed } from './manifest.ts'
import { RecoveredLogs } from './recovered-logs.ts'
import { readCheckpoint } from './recovery.ts'
import { carryOut } from './repair-application.ts'
import { findLostCreations } from './repair-creations.ts'
import { type SalvagedJournal, salvageJournal } from './repair-journal.ts'
import { type LogRepair, planLog } from './repair-log.ts'
import type { LostOffsets, RepairProblem } from './repair-segment.ts'
import { SalvagedLogs, type UnplacedItem } from './repair-table.ts'

export type { LogRepair, LostOffsets, RepairProblem }

/** What is wrong with a data directory, and exactly what a repair does about it. */
export interface RepairPlan {
  readonly paths: DataDirectory
  /** None: nothing is to be done, and nothing will be. */
  readonly problems: readonly RepairProblem[]
  /** Every partition that loses records or whose files change, by name. */
  readonly partitions: readonly PartitionRepair[]
  /** Journal items that belong to no partition that is known: their bytes are only kept. */
  readonly unplaced: readonly UnplacedItem[]
  /** Bytes of the journal that are kept in `set-aside`. */
  readonly badJournal: readonly BadBytes[]
  readonly logs: readonly LogRepair[]
  readonly checkpoint: Checkpoint
}

export interface BadBytes extends JournalPlace {
  readonly path: string
  readonly length: number
}

export interface PartitionRepair {
  /** The partition's directory below `topics/`. */
  readonly name: string
  /** Offsets whose records are gone; an empty batch will span each range. */
  readonly lost: readonly LostOffsets[]
  /** Segments that are written anew, without the bad bytes; what these were is kept. */
  readonly rewritten: readonly string[]
}

/**
 * Looks at every byte of a data directory that nobody has open, and changes nothing. What is whole is taken from
 * segments and journal; a plan says what is not, and what becomes of it. Journal entries after the checkpoint are in
 * memory meanwhile. DATA_DIRECTORY_DAMAGED when the checkpoint is not whole: then which partitions there are cannot
 * be told, and only a backup, or `log import` of the partition directories, helps.
 */
export async function planRepair(disk: Disk, directory: string): Promise<RepairPlan> {
  const paths = dataDirectoryAt(directory)
  if ((await readFormat(disk, paths)) === undefined) {
    throw new LogError('DATA_DIRECTORY_DAMAGED', `${directory} has no format.json: it is no store.`)
  }
  const checkpoint = await readCheckpoint(disk, paths)
  const slots = await Slots.open(disk, paths.journal, 'read')
  try {
    return await planFrom(disk, paths, checkpoint, slots)
  } finally {
    await slots.close()
  }
}

/**
 * Does what the plan says, and keeps what it replaces in `set-aside`; answers with the paths of that. Cut short, it
 * may be planned and done again, and ends the same. Whoever calls holds the data directory's lock since before the
 * plan was made.
 */
export async function applyRepair(disk: Disk, plan: RepairPlan): Promise<readonly string[]> {
  return plan.problems.length === 0 ? [] : carryOut(disk, plan)
}

async function planFrom(
  disk: Disk,
  paths: DataDirectory,
  checkpoint: Checkpoint,
  slots: Slots,
): Promise<RepairPlan> {
  const journal = await salvageJournal(slots, checkpoint.journal)
  const salvaged = new SalvagedLogs(checkpoint)
  const creations = await findLostCreations(disk, paths, checkpoint, journal)
  for (const creation of creations) salvaged.create(creation)
  for (const entry of journal.entries) salvaged.take(entry)
  for (const item of journal.hints) salvaged.hint(item)
  const logs: LogRepair[] = []
  for (const log of salvaged.logs) logs.push(await planLog(disk, paths, log))
  const problems = [
    ...(await storeProblems(disk, paths, { checkpoint, slots, journal })),
    ...creations.map(({ place }) => creationLost(paths, place.name)),
    ...logs.flatMap((log) => log.problems),
  ]
  const changed = logs.filter(({ lost, segments }) => {
    return lost.length > 0 || segments.some((segment) => segment.change === 'rewrite')
  })
  return {
    paths,
    problems,
    partitions: changed.map(({ log, lost, segments }) => ({
      name: log.name,
      lost,
      rewritten: segments.flatMap(({ change, path }) => (change === 'rewrite' ? [path] : [])),
    })),
    unplaced: salvaged.unplaced,
    badJournal: journal.bad.map((place) => ({ ...place, path: slots.path(place.slot) })),
    logs,
    checkpoint: checkpointAfter(checkpoint, salvaged, slots),
  }
}

function creationLost(paths: DataDirectory, name: string): RepairProblem {
  const message = 'The journal entry that created this partition is damaged; it is created again.'
  return { path: join(paths.topics, name), position: 0, message }
}

interface Store {
  readonly checkpoint: Checkpoint
  readonly slots: Slots
  readonly journal: SalvagedJournal
}

/** Why recovery refuses the store, by its own rules. */
async function storeProblems(
  disk: Disk,
  paths: DataDirectory,
  { checkpoint, slots, journal }: Store,
): Promise<readonly RepairProblem[]> {
  const { end } = journal
  const where = end.remains ?? end
  try {
    const files = await expectNamed(disk, paths, checkpoint, slots)
    const found = new RecoveredLogs(checkpoint)
    for (const entry of journal.entries) {
      if (entry.sequence >= end.sequence) break
      const misfit = found.take(entry)
      if (misfit === undefined) continue
      const { slot, position, sequence } = entry
      const message = `Entry ${sequence} of the journal has a batch of ${misfit.name ?? `log ${misfit.log}`} that does not follow what is there.`
      return [{ path: slots.path(slot), position, message }]
    }
    const { run } = checkpoint.journal
    const damage = await findDamage(disk, paths, slots, {
      run,
      end,
      found,
      files,
      misfit: undefined,
    })
    if (damage === undefined) return []
    const path = slots.path(where.slot)
    const message = `Entry ${end.sequence} of the journal is not whole, and what came later shows that it was synced.`
    return [{ path, position: where.position, message }]
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'DATA_DIRECTORY_DAMAGED') throw error
    return [{ path: paths.checkpoint, position: 0, message: error.detail }]
  }
}

/** Without the logs, whose ends are known once they are written. */
function checkpointAfter(last: Checkpoint, salvaged: SalvagedLogs, slots: Slots): Checkpoint {
  return {
    ...last,
    ...salvaged.counters,
    slots: slots.sizes,
    logs: [],
    removed: [...salvaged.removed],
  }
}
