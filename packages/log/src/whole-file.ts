import { dirname } from 'node:path'
import type { Disk } from '@millrace/disk/disk'

/** A small file, all of it. Undefined when it is not there. */
export async function readWholeFile(disk: Disk, path: string): Promise<Uint8Array | undefined> {
  if ((await disk.stat(path)) === undefined) return undefined
  const file = await disk.open(path, 'read')
  try {
    const bytes = Buffer.alloc(await file.size())
    return bytes.subarray(0, await file.read(0, bytes))
  } finally {
    await file.close()
  }
}

/**
 * Puts a file in the place of another, so that a crash leaves the one or the other: written beside it, synced,
 * renamed. It survives a power cut once the directory is synced: the caller's, or `replaceFileDurably`.
 */
export async function replaceFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.tmp`
  if ((await disk.stat(unfinished)) !== undefined) await disk.unlink(unfinished)
  const file = await disk.open(unfinished, 'create')
  try {
    await file.write(0, [bytes])
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(unfinished, path)
}

export async function replaceFileDurably(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  await replaceFile(disk, path, bytes)
  await disk.syncDirectory(dirname(path))
}
