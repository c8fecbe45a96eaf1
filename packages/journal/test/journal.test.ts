import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { findProofOfSync, readEntries } from '../src/reader.ts'
import { Slots } from '../src/slots.ts'
import { makeJournal, RUN, SLOT_BYTES, writeEntry } from './open-journal.ts'

const START = { run: RUN, sequence: 1, slot: 0, position: 0 }

test('entries are read back in their order, across slots, and as far as they go', async () => {
  await using directory = await makeTempDirectory()
  const { journal, slots } = await makeJournal(NODE_DISK, directory.path)
  for (let sequence = 1; sequence <= 6; sequence++) await writeEntry(journal, sequence, 5_000)
  const found: number[] = []
  const end = await readEntries(slots, START, ({ items, sequence }) => {
    expect(items[0]?.bytes.every((byte) => byte === sequence)).toBe(true)
    found.push(sequence)
  })
  expect(found).toEqual([1, 2, 3, 4, 5, 6])
  expect(end).toMatchObject({ sequence: 7, slot: journal.next.slot })
  expect(end).not.toHaveProperty('remains')
  await journal.close()
})

test('a slot is written again only once a checkpoint covers all that it has', async () => {
  await using directory = await makeTempDirectory()
  const { journal, slots } = await makeJournal(NODE_DISK, directory.path)
  for (let sequence = 1; sequence <= 4; sequence++) await writeEntry(journal, sequence, 12_000)
  expect(journal.next.slot).toBe(1)
  expect(journal.roomNow).toBe(8_192)
  journal.release(2)
  expect(journal.roomNow, 'slot 0 still has entry 2').toBe(8_192)
  journal.release(3)
  expect(journal.roomNow).toBe(SLOT_BYTES)
  await writeEntry(journal, 5, 12_000)
  expect(journal.next.slot).toBe(0)
  const found: number[] = []
  await readEntries(slots, { ...START, sequence: 3, slot: 1 }, ({ sequence }) => {
    found.push(sequence)
  })
  expect(found).toEqual([3, 4, 5])
  await journal.close()
})

test('a slot is made when none is free, up to the limit, and counts at the next open', async () => {
  await using directory = await makeTempDirectory()
  const { journal } = await makeJournal(NODE_DISK, directory.path)
  expect(journal.wantsSlot).toBe(false)
  let sequence = 1
  for (; journal.slotSizes.length < 4; sequence++) {
    await writeEntry(journal, sequence, 12_000)
    if (journal.wantsSlot) await journal.makeSlot()
  }
  for (; sequence <= 8; sequence++) await writeEntry(journal, sequence, 12_000)
  expect(journal.wantsSlot).toBe(false)
  await journal.close()
  const again = await Slots.open(NODE_DISK, directory.path, 'read')
  expect(again.sizes).toEqual([SLOT_BYTES, SLOT_BYTES, SLOT_BYTES, SLOT_BYTES])
  await again.close()
})

test('a slot whose making was cut short is no slot', async () => {
  await using directory = await makeTempDirectory()
  const { journal } = await makeJournal(NODE_DISK, directory.path)
  await journal.close()
  const failing = new FaultyDisk(NODE_DISK, ({ operation }) =>
    operation === 'rename' ? { kind: 'error', code: 'EIO' } : undefined,
  )
  const slots = await Slots.open(failing, directory.path, 'write')
  await expect(slots.make(SLOT_BYTES)).rejects.toThrow('EIO')
  await slots.close()
  const again = await Slots.open(NODE_DISK, directory.path, 'write')
  expect(again.count).toBe(2)
  await again.make(SLOT_BYTES)
  expect(again.count).toBe(3)
  await again.close()
})

test('a slot that is gone does not hide the ones after it', async () => {
  await using directory = await makeTempDirectory()
  const { journal } = await makeJournal(NODE_DISK, directory.path)
  for (let sequence = 1; sequence <= 4; sequence++) await writeEntry(journal, sequence, 12_000)
  expect(journal.next.slot).toBe(1)
  await journal.close()
  await rm(join(directory.path, '0.journal'))
  const slots = await Slots.open(NODE_DISK, directory.path, 'read')
  expect([slots.sizes, slots.missing]).toEqual([[0, SLOT_BYTES], [0]])
  const end = await readEntries(slots, START, () => 'stop')
  expect(end).toMatchObject({ sequence: 1 })
  expect(await findProofOfSync(slots, RUN, 1)).toMatchObject({ slot: 1 })
  await slots.close()
})

test('slots that are gone are made again before another is', async () => {
  await using directory = await makeTempDirectory()
  const { journal } = await makeJournal(NODE_DISK, directory.path)
  await journal.close()
  await rm(join(directory.path, '0.journal'))
  const slots = await Slots.open(NODE_DISK, directory.path, 'write')
  await slots.make(SLOT_BYTES)
  expect([slots.sizes, slots.missing]).toEqual([[SLOT_BYTES, SLOT_BYTES], []])
  await slots.make(SLOT_BYTES)
  expect(slots.count).toBe(3)
  await slots.close()
})

test('entries of another run are not believed, whatever their sequence', async () => {
  await using directory = await makeTempDirectory()
  const { journal, slots } = await makeJournal(NODE_DISK, directory.path)
  await writeEntry(journal, 1, 100)
  await writeEntry(journal, 2, 100)
  const other = { ...START, run: 'ffffffffffffffff' }
  const end = await readEntries(slots, other, () => 'stop')
  expect(end).toMatchObject({ sequence: 1, slot: 0, position: 0 })
  expect(await findProofOfSync(slots, other.run, 1)).toBeUndefined()
  await journal.close()
})

test('an entry proves that the one before it was synced; the last proves nothing of itself', async () => {
  await using directory = await makeTempDirectory()
  const { journal, slots } = await makeJournal(NODE_DISK, directory.path)
  await writeEntry(journal, 1, 100)
  await writeEntry(journal, 2, 100)
  expect(await findProofOfSync(slots, RUN, 1)).toEqual({ slot: 0, position: 4096, sequence: 2 })
  expect(await findProofOfSync(slots, RUN, 2)).toBeUndefined()
  await journal.close()
})

test('what remains of an entry that is not whole is found in its place', async () => {
  await using directory = await makeTempDirectory()
  const { journal, slots } = await makeJournal(NODE_DISK, directory.path)
  await writeEntry(journal, 1, 100)
  await writeEntry(journal, 2, 9_000)
  await slots.file(0).write(4096 + 5_000, [new Uint8Array(10)])
  const end = await readEntries(slots, START, () => {})
  const remains = { slot: 0, position: 4096, length: 3 * 4096 }
  expect(end).toEqual({ sequence: 2, slot: 0, position: 4096, remains })
  await journal.close()
})

test.each(['write', 'sync'] as const)(
  'after a failed %s nothing is written any more',
  async (fails) => {
    await using directory = await makeTempDirectory()
    let isFailing = false
    const disk = new FaultyDisk(NODE_DISK, ({ operation }) =>
      isFailing && operation === fails ? { kind: 'error', code: 'EIO' } : undefined,
    )
    const { journal } = await makeJournal(disk, directory.path)
    isFailing = true
    await expect(writeEntry(journal, 1, 100)).rejects.toThrow('EIO')
    isFailing = false
    await expect(writeEntry(journal, 2, 100)).rejects.toThrow()
    await journal.close()
  },
)
