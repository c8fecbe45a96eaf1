import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What can happen to the files of LMDB between two starts. */
export const INDEX_HARMS = ['deleted', 'emptied', 'cut in half', 'flipped', 'overwritten'] as const
export type IndexHarm = (typeof INDEX_HARMS)[number]

/** Only while no broker has the data directory open. */
export async function harmIndex(directory: string, harm: IndexHarm): Promise<void> {
  const index = join(directory, 'index')
  const data = join(index, 'data.mdb')
  const bytes = await readFile(data)
  switch (harm) {
    case 'deleted':
      return rm(index, { recursive: true })
    case 'emptied':
      return truncate(data, 0)
    case 'cut in half':
      return truncate(data, Math.floor(bytes.length / 2))
    case 'flipped':
      // One bit in every page that is not a meta page: the next start reads all of them.
      for (let at = 2 * PAGE + 100; at < bytes.length; at += PAGE) {
        bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at)
      }
      return writeFile(data, bytes)
    case 'overwritten':
      return writeFile(data, Buffer.alloc(bytes.length, 'x'))
  }
}

const PAGE = 4_096
