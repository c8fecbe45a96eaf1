import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { FIRST_OFFSET, type Offset, type Position } from '@millrace/model/offset'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { IndexFile } from '../src/index-file.ts'
import { offsetIndexFormat } from '../src/offset-index.ts'

const FORMAT = offsetIndexFormat(FIRST_OFFSET)

test('the floor is what a look at every entry finds, in the file, in memory or across both', async () => {
  await fc.assert(
    fc.asyncProperty(
      // Up to several of the blocks in which the file is searched.
      fc.uniqueArray(fc.nat({ max: 1_000_000 }), { maxLength: 20_000, size: 'max' }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 20 }),
      async (numbers, writtenShare, targets) => {
        await using directory = await makeTempDirectory()
        const offsets = [...numbers].sort((left, right) => left - right)
        const index = new IndexFile(NODE_DISK, join(directory.path, 'index'), FORMAT, 'write')
        for (const [slot, offset] of offsets.entries()) {
          if (slot === Math.floor(offsets.length * writtenShare)) await index.write(undefined)
          index.append(entry(offset))
        }
        for (const target of targets) {
          const slot = offsets.findLastIndex((offset) => offset <= target)
          const found = await index.floor(({ offset }) => offset <= target)
          expect(found?.slot ?? -1).toBe(slot)
        }
        await index.close()
      },
    ),
    { numRuns: 30 },
  )
})

test('entries that were replaced while they were being written do not count as written', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'index')
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = new FaultyDisk(NODE_DISK, ({ operation }) => {
    if (operation !== 'write') return undefined
    begun.resolve()
    return { kind: 'hold', until: go.promise }
  })
  const index = new IndexFile(slow, path, FORMAT, 'write')
  for (const offset of [1, 2, 3]) index.append(entry(offset))
  const writing = index.write(undefined)
  await begun.promise
  index.clear()
  for (const offset of [10, 20, 30]) index.append(entry(offset))
  go.resolve()
  await writing
  expect(await index.floor(({ offset }) => offset <= 15)).toEqual({ slot: 0, entry: entry(10) })
  await index.write(undefined)
  const bytes = await readFile(path)
  expect([...offsetsIn(bytes)]).toEqual([10, 20, 30])
  await index.close()
})

test('a closing entry is in the file until others take its place', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'index')
  const index = new IndexFile(NODE_DISK, path, FORMAT, 'write')
  index.append(entry(1))
  await index.write(entry(5))
  expect([...offsetsIn(await readFile(path))]).toEqual([1, 5])
  expect(index.count).toBe(1)
  await index.write(entry(5))
  expect([...offsetsIn(await readFile(path))]).toEqual([1, 5])
  index.append(entry(3))
  await index.write(undefined)
  expect([...offsetsIn(await readFile(path))]).toEqual([1, 3])
  await index.close()
})

function entry(offset: number) {
  return { offset: offset as Offset, position: (offset * 10) as Position }
}

function* offsetsIn(bytes: Buffer): Generator<number> {
  for (let at = 0; at < bytes.length; at += 8) yield FORMAT.decode(bytes, at).offset
}
