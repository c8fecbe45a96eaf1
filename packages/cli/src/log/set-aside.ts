import { basename, join } from 'node:path'
import type { Disk } from '@millrace/disk/disk'
import { readWholeFile } from '@millrace/log/whole-file'
import { makeDirectories } from '@millrace/storage/data-directory'
import type { Target } from './target.ts'

/**
 * Where what a command replaces is kept: in the data directory's `set-aside`, or beside a partition directory that
 * stands alone. Never the same twice.
 */
export function keptDirectory(target: Exclude<Target, { kind: 'file' }>, command: string): string {
  const name = `${command}-${new Date().toISOString().replaceAll(':', '')}`
  const root =
    target.kind === 'dataDirectory' ? join(target.path, 'set-aside') : `${target.path}.set-aside`
  return join(root, name)
}

/** Copies a file there before it is replaced, so that there is no moment without it. */
export async function keepFile(
  disk: Disk,
  partition: string,
  path: string,
  directory: string,
): Promise<void> {
  const place = join(directory, partition)
  await makeDirectories(disk, place)
  const bytes = await readWholeFile(disk, path)
  if (bytes === undefined) return
  const copy = await disk.open(join(place, basename(path)), 'create')
  try {
    await copy.write(0, [bytes])
    await copy.sync()
  } finally {
    await copy.close()
  }
  await disk.syncDirectory(place)
}
