import { NODE_DISK } from '@millrace/disk/node-disk'
import type { Offset, Position } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Segment } from '../src/segment.ts'
import { SegmentList } from '../src/segment-list.ts'
import { SMALL_SEGMENT } from './segment-model.ts'

/** Opening a segment touches no file, so these need none. */
function listOf(bases: readonly number[]): SegmentList {
  return new SegmentList(
    bases.map((base, index) => {
      const nextOffset = (bases[index + 1] ?? base + 10) as Offset
      const extent = { bytes: 100 as Position, nextOffset }
      const options = { ...SMALL_SEGMENT, ...extent, baseOffset: base as Offset }
      return Segment.open(NODE_DISK, '/nowhere', options)
    }),
  )
}

const bases = fc.uniqueArray(fc.nat({ max: 100 }), { maxLength: 12 }).map((all) => {
  return all.toSorted((one, other) => one - other)
})

test('an offset lies in the last segment that begins at or before it', () => {
  fc.assert(
    fc.property(bases, fc.nat({ max: 110 }), (all, at) => {
      const list = listOf(all)
      const offset = at as Offset
      expect(list.floor(offset)?.baseOffset).toBe(all.findLast((base) => base <= at))
      expect(list.after(offset)?.baseOffset).toBe(all.find((base) => base > at))
      const found = list.from(offset).map(({ baseOffset }) => baseOffset)
      expect(found).toEqual(
        all.slice(
          Math.max(
            all.findLastIndex((base) => base <= at),
            0,
          ),
        ),
      )
    }),
  )
})

test('a segment is wholly below an offset when the next begins at or before it; the last never is', () => {
  fc.assert(
    fc.property(bases, fc.nat({ max: 110 }), (all, at) => {
      const below = listOf(all)
        .wholeBelow(at as Offset)
        .map(({ baseOffset }) => baseOffset)
      const expected = all.filter((_, index) => (all[index + 1] ?? Infinity) <= at)
      expect(below).toEqual(expected)
    }),
  )
})

test('a segment that is let go while somebody reads it is closed after the last of them', async () => {
  const list = listOf([0, 10])
  const [first] = list
  if (first === undefined) throw new Error('There is none.')
  let isClosed = false
  const close = first.close.bind(first)
  first.close = async () => {
    isClosed = true
    await close()
  }
  const reading = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const readers = reading.map(({ promise }) => list.reading(first, () => promise))
  await list.retire([first])
  expect([list.first?.baseOffset, isClosed]).toEqual([10, false])
  reading[0]?.resolve()
  await readers[0]
  expect(isClosed).toBe(false)
  reading[1]?.resolve()
  await readers[1]
  expect(isClosed).toBe(true)
})
