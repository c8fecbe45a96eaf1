import { join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { acquireLock } from '@millrace/disk/lock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LogError } from '@millrace/model/log-error'
import type { Invocation } from '../invocation.ts'
import { findTarget, type Selection, type Target } from './target.ts'

export interface OpenTarget {
  readonly disk: Disk
  readonly target: Target
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
      yield { disk: NODE_DISK, target }
      continue
    }
    await using _held = await hold(target.path, access, (text) => output.note(text))
    yield { disk: NODE_DISK, target }
  }
}

/** Where `serve` keeps its data unless it is told otherwise. */
export const DEFAULT_DATA_DIRECTORY = './data'

/**
 * `shared`: files only grow, so a server that runs is no obstacle to looking, but what it wrote last may be missing.
 * `alone`: what is found or changed would be wrong while a server writes.
 */
export type Access = 'shared' | 'alone'

async function hold(
  directory: string,
  access: Access,
  note: (text: string) => void,
): Promise<AsyncDisposable | undefined> {
  const path = join(directory, 'LOCK')
  // A directory of Kafka's, or a copy without its lock, is nobody's.
  if ((await NODE_DISK.stat(path)) === undefined) return undefined
  try {
    return await acquireLock(path)
  } catch (error) {
    if (access === 'alone' || !(error instanceof LogError)) throw error
    note(`Note: ${error.detail} Until then, what it wrote last may be missing here.`)
    return undefined
  }
}
