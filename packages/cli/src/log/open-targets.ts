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
): AsyncGenerator<OpenTarget> {
  const given = paths.length > 0 ? paths : [dataDirectory ?? DEFAULT_DATA_DIRECTORY]
  for (const path of given) {
    const target = await findTarget(NODE_DISK, path, selection)
    if (target.kind !== 'dataDirectory') {
      yield { disk: NODE_DISK, target }
      continue
    }
    await using _held = await holdForReading(target.path, (text) => output.note(text))
    yield { disk: NODE_DISK, target }
  }
}

/** Where `serve` keeps its data unless it is told otherwise. */
export const DEFAULT_DATA_DIRECTORY = './data'

/** Files only grow, so a server that runs is no obstacle to looking; but what it is writing may be missing. */
async function holdForReading(
  directory: string,
  note: (text: string) => void,
): Promise<AsyncDisposable | undefined> {
  try {
    return await acquireLock(join(directory, 'LOCK'))
  } catch (error) {
    if (!(error instanceof LogError)) return undefined
    note(`Note: ${error.detail} Until then, what it wrote last may be missing here.`)
    return undefined
  }
}
