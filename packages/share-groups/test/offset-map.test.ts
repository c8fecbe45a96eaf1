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

test('settled offsets are those of a Set, also when they are written and read', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('add', 'add', 'raise'), fc.nat(9_000)), {
    size: '+1',
  })
  fc.assert(
    fc.property(fc.nat(5_000), steps, (start, list) => {
      let ours = new SettledOffsets(start)
      const set = new Set<number>()
      let first = start
      for (const [what, at] of list) {
        if (what === 'add') {
          ours.add(at)
          set.add(at)
        } else {
          let passed = 0
          for (let offset = first; offset < at; offset++) if (!set.has(offset)) passed++
          expect(ours.raiseStart(at)).toBe(passed)
          first = Math.max(first, at)
        }
        while (set.has(first)) first++
        expect(ours.start).toBe(first)
        expect(ours.has(at)).toBe(at < first || set.has(at))
        ours = SettledOffsets.decode(ours.start, ours.encode())
      }
      const behind = [...set].filter((offset) => offset >= first)
      expect(ours.count).toBe(behind.length)
      for (const offset of behind) expect(ours.has(offset)).toBe(true)
    }),
  )
})
