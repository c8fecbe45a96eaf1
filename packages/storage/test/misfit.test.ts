import { readFile, writeFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { NODE_DISK } from '@millrace/disk/node-disk'
import {
  decodeEntryHeader,
  decodeItems,
  encodeEntryHeader,
  encodeItemHeader,
  ENTRY_HEADER_SIZE,
  type EntryItem,
} from '@millrace/journal/entry'
import type { Offset, Position } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { openOffline } from '../src/offline.ts'
import { planRepair } from '../src/repair.ts'
import { kill, PAGE } from './killed-store.ts'
import { expectFailure, openStore } from './open-store.ts'

/** Items that are whole, and that no journal could have after the entries before them. */
const MISFITS: readonly (readonly [string, Partial<EntryItem>])[] = [
  ['a batch beyond the end of its log', { baseOffset: 7 as Offset }],
  ['a batch before the end of its log', { baseOffset: 1 as Offset }],
  ['a batch at another place of its segment', { position: 4 as Position }],
  ['a batch of another segment', { segment: 1 as Offset }],
  ['a batch of a log that there is not', { log: 77 }],
  ['bytes that are no batch', { bytes: new Uint8Array(80) }],
  ['a log start beyond the end', { kind: 'logStart', baseOffset: 9 as Offset }],
  ['the end of a log that there is not', { kind: 'removeLog', log: 77 }],
  ['a log that there is already', { kind: 'createLog' }],
  ['a log that is made of nothing', { kind: 'createLog', log: 77, bytes: Buffer.from('{}') }],
]

/** Makes the entry at `position` one whose first item is different, and whose checksums are right. */
async function changeFirstItem(
  journal: string,
  position: number,
  change: Partial<EntryItem>,
): Promise<void> {
  const slot = await readFile(journal)
  const header = decodeEntryHeader(slot, position)!
  const itemsAt = position + ENTRY_HEADER_SIZE
  const items = decodeItems(slot.subarray(itemsAt, itemsAt + header.itemsLength), header)!
  const encoded = items.map((item, index) => {
    const { bytes, ...fields } = index === 0 ? { ...item, ...change } : item
    const head = Buffer.alloc(32)
    encodeItemHeader(head, 0, fields, bytes.length)
    return Buffer.concat([head, bytes])
  })
  const bytes = Buffer.concat(encoded)
  slot.set(bytes, itemsAt)
  const sizes = { itemsLength: bytes.length, itemsCrc: crc32(bytes) }
  encodeEntryHeader(slot, position, { ...header, ...sizes })
  await writeFile(journal, slot)
}

test.each(MISFITS)('%s is damage, also in the last entry', async (_, change) => {
  for (const entry of [1, 2]) {
    await using killed = await kill()
    const { directory, journal, position } = killed
    const at = position + entry * PAGE
    await changeFirstItem(journal, at, change)
    const error = await expectFailure(openStore(directory), 'DATA_DIRECTORY_DAMAGED')
    expect(error.detail).toContain(`0.journal, byte ${at}`)
    const { problems } = await planRepair(NODE_DISK, directory)
    expect(problems[0], 'repair sees it').toMatchObject({ position: at })
    await using offline = await openOffline(NODE_DISK, directory)
    expect(offline?.damage?.detail, 'a reader sees it').toBe(error.detail)
  }
})
