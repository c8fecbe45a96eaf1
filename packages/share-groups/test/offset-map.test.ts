import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { OffsetMap } from '../src/offset-map.ts'
import { SettledOffsets } from '../src/settled-offsets.ts'

test('values by offset are those of a Map', () => {
  const offset = fc.oneof(fc.nat(100), fc.nat(Number.MAX_SAFE_INTEGER))
  const steps = fc.array(fc.tuple(fc.constantFrom('set', 'delete'), offset), { size: '+1' })
  fc.assert(
    fc.property(steps, (list) => {
      const map = new Map<number, string>()
      const ours = new OffsetMap<string>()
      for (const [what, at] of list) {
        if (what === 'set') {
          map.set(at, `v${at}`)
          ours.set(at, `v${at}`)
        } else {
          expect(ours.delete(at)).toBe(map.delete(at))
        }
        expect(ours.get(at)).toBe(map.get(at))
        expect(ours.has(at)).toBe(map.has(at))
      }
      expect(ours.size).toBe(map.size)
      expect(new Map(ours)).toEqual(map)
    }),
  )
})

test('values by offset from one on up to another are those of a Map', () => {
  const offset = fc.nat(300)
  fc.assert(
    fc.property(fc.array(offset), offset, offset, (keys, from, to) => {
      const ours = new OffsetMap<boolean>()
      for (const key of keys) ours.set(key, true)
      const wanted = new Set(keys.filter((key) => key >= from && key < to))
      expect(new Set(ours.keysIn(from, to))).toEqual(wanted)
    }),
  )
})

test('settled offsets are those of a Set, also when they are written and read', () => {
  const step = fc.tuple(
    fc.constantFrom('add', 'add', 'range', 'all', 'raise'),
    fc.nat(20_000),
    fc.oneof(fc.nat(10), fc.nat(10_000)),
  )
  fc.assert(
    fc.property(fc.nat(5_000), fc.array(step, { size: '+1' }), (start, steps) => {
      let ours = new SettledOffsets(start)
      const set = new Set<number>()
      let first = start
      const isSettled = (offset: number) => offset < first || set.has(offset)
      for (const [what, at, length] of steps) {
        const range = Array.from({ length }, (_, index) => at + index)
        if (what === 'add') {
          ours.add(at)
          set.add(at)
        } else if (what === 'range') {
          const added = range.filter((offset) => !isSettled(offset))
          expect(ours.addRange(at, at + length)).toBe(added.length)
          for (const offset of range) set.add(offset)
        } else if (what === 'all') {
          expect(ours.hasAll(at, at + length)).toBe(range.every(isSettled))
        } else {
          const below = Array.from({ length: at }, (_, offset) => offset)
          expect(ours.raiseStart(at)).toBe(below.filter((offset) => !isSettled(offset)).length)
          first = Math.max(first, at)
        }
        while (set.has(first)) first++
        expect(ours.start).toBe(first)
        expect(ours.has(at)).toBe(isSettled(at))
        expect(ours.has(at + length)).toBe(isSettled(at + length))
        if (length % 2 === 0) ours = SettledOffsets.decode(ours.start, ours.encode())
      }
      const behind = [...set].filter((offset) => offset >= first)
      expect(ours.count).toBe(behind.length)
      expect(behind.every((offset) => ours.has(offset))).toBe(true)
    }),
  )
})

test('a gap of many millions of offsets is settled, looked at and passed at once', () => {
  const far = 300_000_000
  const ours = new SettledOffsets(0)
  expect(ours.addRange(1, far)).toBe(far - 1)
  expect(ours.addRange(1, far + 5)).toBe(5)
  expect(ours.hasAll(1, far + 5)).toBe(true)
  expect(ours.hasAll(1, far + 6)).toBe(false)
  expect(ours.count).toBe(far + 4)
  ours.add(0)
  expect([ours.start, ours.count]).toEqual([far + 5, 0])
  expect(ours.addRange(far + 9, 2 * far)).toBe(far - 9)
  expect(ours.raiseStart(2 * far - 1)).toBe(4)
  expect([ours.start, ours.count]).toEqual([2 * far, 0])
})
