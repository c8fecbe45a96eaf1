import type { Offset, Position } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeEntryHeader,
  decodeItems,
  encodeEntryHeader,
  ENTRY_HEADER_SIZE,
  type EntryHeader,
  type EntryItem,
  entrySize,
} from '../src/entry.ts'
import { EntryBuilder, EntryMemory } from '../src/entry-builder.ts'

const SAFE = fc.maxSafeNat()

const headers: fc.Arbitrary<EntryHeader> = fc.record({
  run: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((run) => Buffer.from(run).toString('hex')),
  sequence: SAFE,
  synced: SAFE,
  itemsLength: fc.nat(),
  itemsCrc: fc.nat(),
  itemCount: fc.nat(),
})

const items: fc.Arbitrary<EntryItem> = fc.record({
  kind: fc.constantFrom('batches', 'logStart', 'createLog', 'removeLog'),
  log: fc.nat(),
  baseOffset: SAFE.map((offset) => offset as Offset),
  segment: SAFE.map((offset) => offset as Offset),
  position: fc.nat().map((position) => position as Position),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    // Large enough to be written from where it lies.
    fc.nat({ max: 255 }).map((byte) => new Uint8Array(20_000).fill(byte)),
  ),
})

const IDENTITY = { run: '0123456789abcdef', sequence: 7, synced: 6 }

test('a header is read back as it was written', () => {
  fc.assert(
    fc.property(headers, fc.nat({ max: 100 }), (header, at) => {
      const bytes = new Uint8Array(at + ENTRY_HEADER_SIZE)
      encodeEntryHeader(bytes, at, header)
      expect(decodeEntryHeader(bytes, at)).toEqual(header)
    }),
  )
})

test('a header with any bit turned is not whole', () => {
  const bytes = new Uint8Array(ENTRY_HEADER_SIZE)
  encodeEntryHeader(bytes, 0, { ...IDENTITY, itemsLength: 5, itemsCrc: 6, itemCount: 1 })
  for (let bit = 0; bit < ENTRY_HEADER_SIZE * 8; bit++) {
    const damaged = Uint8Array.from(bytes)
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(decodeEntryHeader(damaged, 0), `bit ${bit}`).toBeUndefined()
  }
})

test('an entry is whole pages, and its items are read back as they were added', () => {
  const memory = new EntryMemory()
  fc.assert(
    fc.property(fc.array(items, { minLength: 1, maxLength: 20 }), (added) => {
      const bytes = built(memory, added)
      const header = decodeEntryHeader(bytes, 0)
      expect(header).toMatchObject({ ...IDENTITY, itemCount: added.length })
      expect(bytes.length).toBe(entrySize(header?.itemsLength ?? 0))
      expect(bytes.length % 4096).toBe(0)
      expect(readItems(bytes)).toEqual(added)
    }),
  )
})

test('an entry cut at any byte, or with any byte changed, has no items', () => {
  const added: EntryItem[] = [1, 2].map((log) => ({
    kind: 'batches',
    log,
    baseOffset: 5 as Offset,
    segment: 0 as Offset,
    position: 9 as Position,
    bytes: Uint8Array.from({ length: 70 }, (_, index) => index),
  }))
  const bytes = built(new EntryMemory(), added)
  const end = ENTRY_HEADER_SIZE + 2 * (32 + 70)
  for (let at = ENTRY_HEADER_SIZE; at < end; at++) {
    const changed = Uint8Array.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 0x40
    expect(readItems(changed), `byte ${at} changed`).toBeUndefined()
    const cut = Uint8Array.from(bytes).fill(0, at)
    // Its last byte is not 0, so a cut anywhere changes something.
    expect(readItems(cut), `cut at byte ${at}`).toBeUndefined()
  }
})

test('a copied item can be stamped until the entry is finished, a large one where it lies', () => {
  const builder = new EntryBuilder(new EntryMemory())
  const item = { kind: 'batches', log: 1, baseOffset: 0, segment: 0, position: 0 } as const
  const small = new Uint8Array(100)
  const large = new Uint8Array(20_000)
  const place = { ...item, baseOffset: 0 as Offset, segment: 0 as Offset, position: 0 as Position }
  builder.add(place, small)[0] = 42
  builder.add(place, large)[0] = 43
  const entry = builder.finish(IDENTITY)
  entry.seal()
  const [first, second] = readItems(Buffer.concat([entry.head, ...entry.body])) ?? []
  expect([first?.bytes[0], second?.bytes[0]]).toEqual([42, 43])
  expect([small[0], large[0]]).toEqual([0, 43])
})

test('entries from one memory do not share their bytes', () => {
  const memory = new EntryMemory()
  const first = new EntryBuilder(memory)
  const item = { kind: 'batches', log: 1, baseOffset: 0, segment: 0, position: 0 } as const
  const place = { ...item, baseOffset: 0 as Offset, segment: 0 as Offset, position: 0 as Position }
  const held = first.add(place, new Uint8Array(1000).fill(1))
  first.finish(IDENTITY).seal()
  const second = new EntryBuilder(memory)
  second.add(place, new Uint8Array(1000).fill(2))
  second.finish(IDENTITY).seal()
  expect(held.every((byte) => byte === 1)).toBe(true)
})

function built(memory: EntryMemory, added: readonly EntryItem[]): Uint8Array {
  const builder = new EntryBuilder(memory)
  for (const { bytes, ...item } of added) builder.add(item, bytes)
  const entry = builder.finish(IDENTITY)
  entry.seal()
  const bytes = Buffer.concat([entry.head, ...entry.body])
  expect(bytes.length).toBe(entry.size)
  return Uint8Array.from(bytes)
}

function readItems(bytes: Uint8Array): readonly EntryItem[] | undefined {
  const header = decodeEntryHeader(bytes, 0)
  if (header === undefined) return undefined
  const start = ENTRY_HEADER_SIZE
  return decodeItems(bytes.slice(start, start + header.itemsLength), header)
}
