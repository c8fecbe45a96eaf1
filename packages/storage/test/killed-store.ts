import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import type { Storage } from '../src/storage.ts'
import { append, batches, copyAsKilled, createLog, openStore } from './open-store.ts'

export const PAGE = 4096

export interface Killed extends AsyncDisposable {
  readonly directory: string
  readonly journal: string
  /** Of the first entry after the checkpoint. */
  readonly position: number
}

/** A store killed with three entries of one page after its last checkpoint: `b`, `c` and `d`, in `t-0` and `t-1`. */
export async function kill(
  before: (storage: Storage) => Promise<void> = async () => {},
): Promise<Killed> {
  const temporary = await makeTempDirectory()
  const living = join(temporary.path, 'living')
  const directory = join(temporary.path, 'killed')
  const storage = await openStore(living)
  const [one, other] = [await createLog(storage, 't-0'), await createLog(storage, 't-1')]
  await append(storage, batches(one, 'a'))
  await storage.checkpoint()
  for (const value of ['b', 'c', 'd']) {
    await append(storage, batches(one, value), batches(other, value))
  }
  await before(storage)
  await copyAsKilled(living, directory)
  await storage.close()
  const journal = join(directory, 'journal', '0.journal')
  const checkpoint = await readFile(join(directory, 'checkpoint'), 'utf8')
  const position = Number(/"position":(\d+)/.exec(checkpoint)?.[1])
  return {
    directory,
    journal,
    position,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}
