import { join } from 'node:path'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import type { Disk, DiskFile } from '../src/disk.ts'
import { NODE_DISK } from '../src/node-disk.ts'
import { OpenFiles } from '../src/open-files.ts'

/** Every implementation, held to the same promises. */
const DISKS: readonly { readonly name: string; readonly make: (directory: string) => Disk }[] = [
  { name: 'the machine’s disk', make: () => NODE_DISK },
  { name: 'one open file at a time', make: () => new OpenFiles(NODE_DISK, 1) },
  { name: 'a faulty disk without a fault', make: () => new FaultyDisk(NODE_DISK, () => undefined) },
  { name: 'a crashing disk', make: (directory) => new CrashingDisk({ seed: 1, directory }) },
]

describe.each(DISKS)('$name', ({ make }) => {
  test('reads back what was written, at its position, in one piece or several', async () => {
    await withDisk(async (disk, directory) => {
      const file = await disk.open(join(directory, 'file'), 'create')
      await file.write(0, [Buffer.from('one')])
      await file.write(3, [Buffer.from('two'), Buffer.alloc(0), Buffer.from('three')])
      await file.write(1, [Buffer.from('NE')])
      expect(await textOf(file, 0, 100)).toBe('oNEtwothree')
      expect(await textOf(file, 3, 3)).toBe('two')
      expect(await textOf(file, 11, 5)).toBe('')
      await file.close()
    })
  })

  test('writes nothing when there is nothing to write', async () => {
    await withDisk(async (disk, directory) => {
      const file = await disk.open(join(directory, 'file'), 'create')
      await file.write(10, [])
      await file.write(10, [Buffer.alloc(0)])
      expect(await file.size()).toBe(0)
      await file.close()
    })
  })

  test('fills with zeros what was skipped or added, and cuts what is over', async () => {
    await withDisk(async (disk, directory) => {
      const file = await disk.open(join(directory, 'file'), 'create')
      await file.write(2, [Buffer.from('abc')])
      await file.truncate(4)
      await file.truncate(6)
      expect(await textOf(file, 0, 10)).toBe('\0\0ab\0\0')
      await file.sync()
      await file.close()
    })
  })

  test('creates what is not there, and opens what is', async () => {
    await withDisk(async (disk, directory) => {
      const path = join(directory, 'file')
      const created = await disk.open(path, 'create')
      await created.close()
      await expect(disk.open(path, 'create')).rejects.toMatchObject({ code: 'EEXIST' })
      const opened = await disk.open(path, 'write')
      await opened.write(0, [Buffer.from('x')])
      await opened.close()
      await expect(readThrough(disk, join(directory, 'none'))).rejects.toMatchObject({
        code: 'ENOENT',
      })
      expect(await readThrough(disk, path)).toBe('x')
    })
  })

  test('refuses to write to what was opened for reading', async () => {
    await withDisk(async (disk, directory) => {
      const path = join(directory, 'file')
      const created = await disk.open(path, 'create')
      await created.close()
      const file = await disk.open(path, 'read')
      await expect(file.write(0, [Buffer.from('x')])).rejects.toMatchObject({ code: 'EBADF' })
      await file.close()
    })
  })

  test('lists names in order, and tells files from directories and from nothing', async () => {
    await withDisk(async (disk, directory) => {
      await disk.makeDirectory(join(directory, 'b'))
      const file = await disk.open(join(directory, 'a'), 'create')
      await file.write(0, [Buffer.from('four')])
      await file.close()
      expect(await disk.list(directory)).toEqual(['a', 'b'])
      expect(await disk.stat(join(directory, 'a'))).toMatchObject({ size: 4, isDirectory: false })
      expect(await disk.stat(join(directory, 'b'))).toMatchObject({ isDirectory: true })
      expect(await disk.stat(join(directory, 'c'))).toBeUndefined()
      expect(await disk.stat(join(directory, 'a', 'below'))).toBeUndefined()
    })
  })

  test('renames over what is there, and removes files and empty directories', async () => {
    await withDisk(async (disk, directory) => {
      for (const name of ['old', 'new']) {
        const file = await disk.open(join(directory, name), 'create')
        await file.write(0, [Buffer.from(name)])
        await file.close()
      }
      await disk.rename(join(directory, 'new'), join(directory, 'old'))
      expect(await readThrough(disk, join(directory, 'old'))).toBe('new')
      await disk.makeDirectory(join(directory, 'below'))
      await disk.rename(join(directory, 'old'), join(directory, 'below', 'old'))
      await expect(disk.removeDirectory(join(directory, 'below'))).rejects.toMatchObject({
        code: 'ENOTEMPTY',
      })
      await disk.unlink(join(directory, 'below', 'old'))
      await disk.removeDirectory(join(directory, 'below'))
      await disk.syncDirectory(directory)
      expect(await disk.list(directory)).toEqual([])
    })
  })

  test('knows no more of a file that was closed', async () => {
    await withDisk(async (disk, directory) => {
      const file = await disk.open(join(directory, 'file'), 'create')
      await file.close()
      await expect(file.read(0, Buffer.alloc(1))).rejects.toThrow()
    })
  })

  test('says how much room there is', async () => {
    await withDisk(async (disk, directory) => {
      const { freeBytes, totalBytes } = await disk.space(directory)
      expect(freeBytes).toBeGreaterThan(0)
      expect(totalBytes).toBeGreaterThanOrEqual(freeBytes)
    })
  })

  async function withDisk(check: (disk: Disk, directory: string) => Promise<void>): Promise<void> {
    await using directory = await makeTempDirectory()
    await check(make(directory.path), directory.path)
  }
})

async function textOf(file: DiskFile, position: number, length: number): Promise<string> {
  const target = Buffer.alloc(length)
  const got = await file.read(position, target)
  return target.toString('latin1', 0, got)
}

async function readThrough(disk: Disk, path: string): Promise<string> {
  const file = await disk.open(path, 'read')
  try {
    return await textOf(file, 0, 100)
  } finally {
    await file.close()
  }
}
