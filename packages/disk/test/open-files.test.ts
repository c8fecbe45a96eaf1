import { join } from 'node:path'
import { type DiskCall, FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DiskFile } from '../src/disk.ts'
import { NODE_DISK } from '../src/node-disk.ts'
import { OpenFiles } from '../src/open-files.ts'

test('hundreds of files, written and read in turns and at once, never need more than the limit', async () => {
  await using directory = await makeTempDirectory()
  let most = 0
  const counting: FaultyDisk = new FaultyDisk(NODE_DISK, () => {
    most = Math.max(most, disk.openCount)
    return undefined
  })
  const disk: OpenFiles = new OpenFiles(counting, 4)
  const files: DiskFile[] = []
  for (let index = 0; index < 300; index++) {
    files.push(await disk.open(join(directory.path, `${index}`), 'create'))
  }
  await Promise.all(files.map((file, index) => file.write(0, [Buffer.from(`file ${index}`)])))
  const contents = await Promise.all(files.map(contentOf))
  expect(contents).toEqual(files.map((_, index) => `file ${index}`))
  await Promise.all(files.map((file) => file.close()))
  expect(most).toBe(4)
  expect(disk.openCount).toBe(0)
})

test('behaves as the disk below it, whatever is opened, used and closed in whatever order', async () => {
  const action = fc.record({
    file: fc.nat({ max: 5 }),
    operation: fc.constantFrom('write', 'read', 'sync', 'reopen'),
    byte: fc.nat({ max: 255 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      await using directory = await makeTempDirectory()
      const disk = new OpenFiles(NODE_DISK, 2)
      const model = Array.from({ length: 6 }, (): number[] => [])
      const files: DiskFile[] = []
      for (const name of model.keys()) {
        files.push(await disk.open(join(directory.path, `${name}`), 'create'))
      }
      for (const { file: index, operation, byte } of actions) {
        const [file, expected] = [files[index], model[index]]
        if (file === undefined || expected === undefined) continue
        if (operation === 'write') {
          await file.write(expected.length, [Buffer.from([byte])])
          expected.push(byte)
        }
        if (operation === 'sync') await file.sync()
        if (operation === 'reopen') {
          await file.close()
          files[index] = await disk.open(file.path, 'write')
        }
        expect(await contentOf(files[index])).toBe(Buffer.from(expected).toString('latin1'))
      }
      for (const file of files) await file.close()
      expect(disk.openCount).toBe(0)
    }),
    { numRuns: 60 },
  )
})

test('a file with unsynced writes is given up last, and synced before it is closed', async () => {
  await using directory = await makeTempDirectory()
  const calls: string[] = []
  const disk = new OpenFiles(recording(calls), 2)
  const unsynced = await disk.open(join(directory.path, 'unsynced'), 'create')
  await unsynced.write(0, [Buffer.from('x')])
  const clean = await disk.open(join(directory.path, 'clean'), 'create')
  await contentOf(clean)
  const third = await disk.open(join(directory.path, 'third'), 'create')
  expect(calls.filter((call) => call.startsWith('close'))).toEqual(['close clean'])
  await third.write(0, [Buffer.from('y')])
  await contentOf(clean)
  // Both were unsynced: the one that was used last went.
  expect(calls.slice(-4)).toEqual(['sync third', 'close third', 'open clean', 'read clean'])
  await third.sync()
  expect(calls.at(-1)).toBe('read clean')
})

test('a sync that failed while a file was given up fails for its owner too, and is not tried again', async () => {
  await using directory = await makeTempDirectory()
  let syncs = 0
  const failing = new FaultyDisk(NODE_DISK, ({ operation }) => {
    if (operation !== 'sync') return undefined
    syncs++
    return { kind: 'error', code: 'EIO' }
  })
  const disk = new OpenFiles(failing, 1)
  const file = await disk.open(join(directory.path, 'file'), 'create')
  await file.write(0, [Buffer.from('x')])
  await disk.open(join(directory.path, 'other'), 'create')
  await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
  await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
  expect(syncs).toBe(1)
})

test('when the process has fewer files than thought, one is given up and the call made again', async () => {
  await using directory = await makeTempDirectory()
  let open = 0
  const scarce = new FaultyDisk(NODE_DISK, ({ operation }) => {
    if (operation === 'open' && open === 2) return { kind: 'error', code: 'EMFILE' }
    if (operation === 'open') open++
    if (operation === 'close') open--
    return undefined
  })
  const disk = new OpenFiles(scarce, 100)
  const files: DiskFile[] = []
  for (const name of ['a', 'b', 'c', 'd']) {
    files.push(await disk.open(join(directory.path, name), 'create'))
  }
  for (const file of files) await file.write(0, [Buffer.from('x')])
  expect(await Promise.all(files.map(contentOf))).toEqual(['x', 'x', 'x', 'x'])
})

test('a thousand uses at once of a handful of files all come to their turn', async () => {
  await using directory = await makeTempDirectory()
  let open = 0
  const scarce = new FaultyDisk(NODE_DISK, ({ operation }) => {
    if (operation === 'open' && open === 5) return { kind: 'error', code: 'EMFILE' }
    if (operation === 'open') open++
    if (operation === 'close') open--
    return undefined
  })
  const disk = new OpenFiles(scarce, 10_000)
  const files: DiskFile[] = []
  for (let index = 0; index < 100; index++) {
    files.push(await disk.open(join(directory.path, `${index}`), 'create'))
  }
  const uses = Array.from({ length: 10 }, (_, round) =>
    files.map((file) => file.write(round, [Buffer.from('x')])),
  )
  await Promise.all(uses.flat())
  expect(await Promise.all(files.map(contentOf))).toEqual(files.map(() => 'x'.repeat(10)))
})

test('without a single file to be had, the error is the caller’s', async () => {
  await using directory = await makeTempDirectory()
  const empty = new FaultyDisk(NODE_DISK, ({ operation }) =>
    operation === 'open' ? { kind: 'error', code: 'EMFILE' } : undefined,
  )
  const disk = new OpenFiles(empty, 100)
  const names = ['a', 'b', 'c']
  const opening = names.map((name) => disk.open(join(directory.path, name), 'create'))
  const outcomes = await Promise.allSettled(opening)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await expect(opening[0]).rejects.toMatchObject({ code: 'EMFILE' })
  expect(disk.openCount).toBe(0)
})

function recording(calls: string[]): FaultyDisk {
  return new FaultyDisk(NODE_DISK, ({ operation, path }: DiskCall) => {
    calls.push(`${operation} ${path.slice(path.lastIndexOf('/') + 1)}`)
    return undefined
  })
}

async function contentOf(file: DiskFile | undefined): Promise<string | undefined> {
  const target = Buffer.alloc(100)
  const got = await file?.read(0, target)
  return target.toString('latin1', 0, got)
}
