import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { acquireLock } from '@millrace/disk/lock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LogError } from '@millrace/model/log-error'
import { type OfflineLog, type OfflineStore, openOffline } from '@millrace/storage/offline'
import type { Invocation } from '../invocation.ts'
import { findTarget, type PartitionTarget, type Selection, type Target } from './target.ts'

export interface OpenTarget {
  /** For reading: what a crash left in the journal only lies over the files. */
  readonly disk: Disk
  readonly target: Target
  /** Entries that the files do not have for certain; 0 after a stop in order, and where there is no journal. */
  readonly journalEntries: number
  /** Why a server would not open the data directory. */
  readonly damage: LogError | undefined
}

/** What an offline command was told to look at, one after the other; held while it looks. */
export async function* openTargets(
  { output, dataDirectory }: Invocation,
  paths: readonly string[],
  selection: Selection,
  access: Access = 'shared',
): AsyncGenerator<OpenTarget> {
  const given = paths.length > 0 ? paths : [dataDirectory ?? DEFAULT_DATA_DIRECTORY]
  for (const path of given) {
    const target = await findTarget(NODE_DISK, path, selection)
    if (target.kind !== 'dataDirectory') {
      yield { disk: NODE_DISK, target, journalEntries: 0, damage: undefined }
      continue
    }
    await using held = await hold(target.path, access, (text) => output.note(text))
    if (held.by === 'another') {
      yield { disk: NODE_DISK, target, journalEntries: 0, damage: undefined }
      continue
    }
    await using store = await openStore(target.path)
    const { damage, disk, journalEntries } = store
    const partitions =
      store.partitions === undefined
        ? target.partitions
        : await expectedOf(target.partitions, store.partitions, journalEntries)
    yield { disk, target: { ...target, partitions }, journalEntries, damage }
  }
}

/** The partitions that the store knows, and what a check may hold them to. */
async function expectedOf(
  found: readonly PartitionTarget[],
  logs: readonly OfflineLog[],
  journalEntries: number,
): Promise<readonly PartitionTarget[]> {
  const partitions: PartitionTarget[] = []
  for (const partition of found) {
    const log = logs.find(({ name }) => name === partition.name)
    if (log === undefined) continue
    const { gaps, end, indexIntervalBytes, syncedIndexes } = log
    const names = await NODE_DISK.list(partition.path)
    const knownFiles = new Set(names.filter((name) => OWN_FILE.test(name)))
    partitions.push({
      ...partition,
      expectations: {
        gaps,
        lastSegmentBytes: end.bytes,
        ...(journalEntries > 0 && { syncedIndexes }),
        knownFiles,
      },
      indexIntervalBytes,
    })
  }
  return partitions
}

/** What Millrace keeps beside the segments, and Kafka does not know. */
const OWN_FILE = /^producer-state$|^\d{20}\.state$/

interface OpenStore extends Omit<OpenTarget, 'target'>, AsyncDisposable {
  /** Undefined: only the directories say what there is. */
  readonly partitions: readonly OfflineLog[] | undefined
}

/** Also of a store that no server would open: what can be seen of it is shown. */
async function openStore(path: string): Promise<OpenStore> {
  try {
    const store = await openOffline(NODE_DISK, path)
    if (store !== undefined) return openStoreOf(store)
    return { ...PLAIN_FILES, damage: undefined }
  } catch (error) {
    const isDamage = error instanceof LogError && error.code === 'DATA_DIRECTORY_DAMAGED'
    if (!isDamage) throw error
    return { ...PLAIN_FILES, damage: error }
  }
}

function openStoreOf(store: OfflineStore): OpenStore {
  const { disk, entryCount, damage, logs } = store
  const close = () => store[Symbol.asyncDispose]()
  return {
    disk,
    journalEntries: entryCount,
    damage,
    partitions: logs,
    [Symbol.asyncDispose]: close,
  }
}

const PLAIN_FILES = {
  disk: NODE_DISK,
  journalEntries: 0,
  partitions: undefined,
  [Symbol.asyncDispose]: async () => undefined,
}

/** Where `serve` keeps its data unless it is told otherwise. */
export const DEFAULT_DATA_DIRECTORY = './data'

/**
 * `shared`: files only grow, so a server that runs is no obstacle to looking, but what it wrote last may be missing.
 * `alone`: what is found or changed would be wrong while a server writes.
 */
export type Access = 'shared' | 'alone'

interface Held extends AsyncDisposable {
  readonly by: 'us' | 'nobody' | 'another'
}

async function hold(
  directory: string,
  access: Access,
  note: (text: string) => void,
): Promise<Held> {
  const path = join(directory, 'LOCK')
  const nothingToRelease = async () => undefined
  // A directory of Kafka's, or a copy without its lock.
  if ((await NODE_DISK.stat(path)) === undefined) {
    return { by: 'nobody', [Symbol.asyncDispose]: nothingToRelease }
  }
  try {
    const lock = await acquireLock(path)
    return { by: 'us', [Symbol.asyncDispose]: () => lock.release() }
  } catch (error) {
    if (isReadOnly(error)) {
      note(`Note: ${directory} is read-only here, so that nothing keeps a server away meanwhile.`)
      return { by: 'nobody', [Symbol.asyncDispose]: nothingToRelease }
    }
    if (access === 'alone' || !(error instanceof LogError)) throw error
    note(`Note: ${error.detail} Until then, what it wrote last may be missing here.`)
    return { by: 'another', [Symbol.asyncDispose]: nothingToRelease }
  }
}

/** A backup, or a snapshot: a lock cannot be taken, and hardly need be. */
function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EROFS'
}
