import { basename, join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import type { Offset } from '@millrace/model/offset'
import type { IndexedState } from './indexed-state.ts'
import type { RetentionClock } from './retention.ts'
import { isStateFileSound, listStateFiles, stateFilePath } from './state-file.ts'
import type { StateIndex } from './state-index.ts'
import type { Storage } from './storage.ts'

/**
 * Lets go of an internal topic's records that are older than `historyMs` (-1: of none), once two sound state
 * files speak for them. Writes such a file when the log has grown by much since the last one.
 */
export async function trimHistory(
  storage: Storage,
  disk: Disk,
  clock: RetentionClock,
  index: StateIndex,
  history: { readonly state: IndexedState; readonly historyMs: number },
): Promise<void> {
  const { state, historyMs } = history
  const { log } = state
  const directory = join(storage.directory, 'topics', log.name)
  const [newest] = await listStateFiles(disk, directory)
  const grown = state.nextOffset - (newest ?? log.logStartOffset)
  if (grown >= STATE_FILE_RECORDS) {
    await index.writeStateFile(state)
    await keepNewest(storage, disk, log, directory)
  }
  const { nowMs } = clock
  if (historyMs < 0 || nowMs === undefined) return
  const wanted = (await log.offsetForTimestamp(nowMs - historyMs)) ?? log.highWatermark
  if (wanted - log.logStartOffset < TRIMMED_RECORDS) return
  const logStartOffset = Math.min(wanted, await offsetSpokenFor(disk, directory)) as Offset
  if (logStartOffset <= log.logStartOffset) return
  await storage.append([{ kind: 'logStart', log: log.id, logStartOffset }])
}

/** A state file costs as much as the state is large, so it is not written for a few records. */
const STATE_FILE_RECORDS = 100_000
/** Only whole segments can be deleted: to raise the log start by a few records would gain nothing. */
const TRIMMED_RECORDS = 10_000
const FILES_KEPT = 2

/** What lies below it can be had from either of two files. */
async function offsetSpokenFor(disk: Disk, directory: string): Promise<Offset | 0> {
  const files = (await listStateFiles(disk, directory)).slice(0, FILES_KEPT)
  const older = files[FILES_KEPT - 1]
  if (older === undefined) return 0
  for (const file of files) if (!(await isStateFileSound(disk, directory, file))) return 0
  return older
}

/** Others go once a checkpoint is durable that does not name them. */
async function keepNewest(
  storage: Storage,
  disk: Disk,
  log: IndexedState['log'],
  directory: string,
): Promise<void> {
  const paths = (await listStateFiles(disk, directory)).map((file) =>
    stateFilePath(directory, file),
  )
  const kept = paths.slice(0, FILES_KEPT).map((path) => basename(path))
  storage.nameStateFiles(log.id, kept)
  await storage.checkpoint()
  for (const path of paths.slice(FILES_KEPT)) await disk.unlink(path)
}
