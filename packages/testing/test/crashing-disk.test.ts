import { describe, expect, test } from 'vitest'
import { CrashingDisk, PowerCutError } from '../src/crashing-disk.ts'

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed)

describe('a power cut', () => {
  test('keeps what was synced, in a directory that was synced', async () => {
    for (const seed of SEEDS) {
      const disk = new CrashingDisk({ seed, directory: '/data' })
      await write(disk, '/data/file', 'kept for certain')
      await disk.syncDirectory('/data')
      expect(await contentOf(disk.afterPowerCut(), '/data/file'), `seed ${seed}`).toBe(
        'kept for certain',
      )
    }
  })

  test('keeps or loses what was not synced, and both within a few seeds', async () => {
    const found = new Set<string | undefined>()
    for (const seed of SEEDS) {
      const disk = new CrashingDisk({ seed, directory: '/data' })
      await write(disk, '/data/file', 'old')
      await disk.syncDirectory('/data')
      const file = await disk.open('/data/file', 'write')
      await file.write(0, [Buffer.from('new')])
      found.add(await contentOf(disk.afterPowerCut(), '/data/file'))
    }
    expect(found).toEqual(new Set(['new', 'old']))
  })

  test('loses a synced file whose directory was not, within a few seeds', async () => {
    const found = new Set<string | undefined>()
    for (const seed of SEEDS) {
      const disk = new CrashingDisk({ seed, directory: '/data' })
      await write(disk, '/data/file', 'synced')
      found.add(await contentOf(disk.afterPowerCut(), '/data/file'))
    }
    expect(found).toEqual(new Set(['synced', undefined]))
  })

  test('lets a rename happen whole or not at all', async () => {
    const found = new Set<string>()
    for (const seed of SEEDS) {
      const disk = new CrashingDisk({ seed, directory: '/data' })
      await write(disk, '/data/file', 'old')
      await write(disk, '/data/file.tmp', 'new')
      await disk.syncDirectory('/data')
      await disk.rename('/data/file.tmp', '/data/file')
      const after = disk.afterPowerCut()
      const names = await after.list('/data')
      found.add(`${names.join(' ')}: ${await contentOf(after, '/data/file')}`)
    }
    expect(found).toEqual(new Set(['file file.tmp: old', 'file: new']))
  })

  test('tears a page into sectors of before and after', async () => {
    const before = Buffer.alloc(4096, 'a')
    const after = Buffer.alloc(4096, 'b')
    const found = new Set<string | undefined>()
    for (const seed of SEEDS) {
      const disk = new CrashingDisk({ seed, directory: '/data' })
      await write(disk, '/data/file', before.toString())
      await disk.syncDirectory('/data')
      const file = await disk.open('/data/file', 'write')
      await file.write(0, [after])
      found.add(await contentOf(disk.afterPowerCut(), '/data/file'))
    }
    const sectors = [...found].map((content) => content?.match(/.{512}/gs) ?? [])
    expect(sectors.flat().every((sector) => /^(a+|b+)$/.test(sector))).toBe(true)
    expect(sectors.some((page) => new Set(page).size === 2)).toBe(true)
  })

  test('rejects the call it comes at, and every later one', async () => {
    const disk = new CrashingDisk({ seed: 1, directory: '/data' })
    disk.cutPowerAtCall(2)
    await disk.list('/data')
    await expect(disk.list('/data')).rejects.toThrow(PowerCutError)
    await expect(disk.list('/data')).rejects.toThrow(PowerCutError)
  })
})

test('after a failed sync the pages read well, and no later sync puts them on the platter', async () => {
  const found = new Set<string | undefined>()
  for (const seed of SEEDS) {
    const disk = new CrashingDisk({ seed, directory: '/data' })
    await write(disk, '/data/file', 'old')
    await disk.syncDirectory('/data')
    const file = await disk.open('/data/file', 'write')
    await file.write(0, [Buffer.from('new')])
    disk.failSyncOf((path) => path === '/data/file')
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
    await file.sync()
    const killed = disk.kill()
    expect(await contentOf(killed, '/data/file')).toBe('new')
    found.add(await contentOf(killed.afterPowerCut(), '/data/file'))
  }
  expect(found).toEqual(new Set(['new', 'old']))
})

test('what is written again after a failed sync is there for good after the next, as long as it was', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const disk = new CrashingDisk({ seed, directory: '/data' })
    const file = await disk.open('/data/file', 'create')
    await disk.syncDirectory('/data')
    await file.write(0, [Buffer.from('content')])
    disk.failSyncOf((path) => path === '/data/file')
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
    await file.write(0, [Buffer.from('content')])
    await file.sync()
    expect(await contentOf(disk.afterPowerCut(), '/data/file')).toBe('content')
  }
})

test('a killed process leaves all it wrote, as unsynced as before', async () => {
  const disk = new CrashingDisk({ seed: 3, directory: '/data' })
  const file = await disk.open('/data/file', 'create')
  await file.write(5000, [Buffer.from('far')])
  const found = disk.kill()
  expect(await contentOf(found, '/data/file')).toBe('\0'.repeat(5000) + 'far')
  await expect(disk.list('/data')).rejects.toThrow(PowerCutError)
})

test('a full disk takes a part of a write and says how much', async () => {
  const disk = new CrashingDisk({ seed: 4, directory: '/data', capacityBytes: 8192 })
  const file = await disk.open('/data/file', 'create')
  await expect(file.write(0, [Buffer.alloc(20_000)])).rejects.toMatchObject({ code: 'ENOSPC' })
  expect((await disk.space()).freeBytes).toBeLessThan(8192)
  await disk.unlink('/data/file')
  expect((await disk.space()).freeBytes).toBe(8192)
})

test('the same seed and the same calls come to the same end', async () => {
  const outcome = async () => {
    const disk = new CrashingDisk({ seed: 99, directory: '/data' })
    const file = await disk.open('/data/file', 'create')
    for (let page = 0; page < 8; page++) await file.write(page * 4096, [Buffer.alloc(4096, page)])
    await disk.syncDirectory('/data')
    return contentOf(disk.afterPowerCut(), '/data/file')
  }
  expect(await outcome()).toBe(await outcome())
})

async function write(disk: CrashingDisk, path: string, content: string): Promise<void> {
  const file = await disk.open(path, 'create')
  await file.write(0, [Buffer.from(content)])
  await file.sync()
  await file.close()
}

async function contentOf(disk: CrashingDisk, path: string): Promise<string | undefined> {
  const found = await disk.stat(path)
  if (found === undefined) return undefined
  const file = await disk.open(path, 'read')
  const content = Buffer.alloc(found.size)
  await file.read(0, content)
  await file.close()
  return content.toString('latin1')
}
