import type { Offset, Position } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ActiveSegment,
  type BatchToPlace,
  emptySegment,
  shouldRoll,
  withBatch,
} from '../src/placement.ts'

const LIMITS = { segmentBytes: 1_000, segmentMs: 10_000 }
const ROOM = { nowMs: 50_000, hasIndexRoom: true, logStartOffset: 0 as Offset }

const active = (given: Partial<ActiveSegment> = {}): ActiveSegment => ({
  baseOffset: 0 as Offset,
  bytes: 900 as Position,
  firstTimestamp: 5_000,
  openedMs: 0,
  ...given,
})

const batch = (given: Partial<BatchToPlace> = {}): BatchToPlace => ({
  sizeInBytes: 100,
  baseOffset: 10 as Offset,
  lastOffset: 10 as Offset,
  maxTimestamp: 5_000,
  ...given,
})

test('a batch that would make the segment larger than its limit begins a new one', () => {
  expect(shouldRoll(active(), batch(), LIMITS, ROOM)).toBe(false)
  expect(shouldRoll(active(), batch({ sizeInBytes: 101 }), LIMITS, ROOM)).toBe(true)
})

test('time is measured by the records, from the first batch, and by the clock only without timestamps', () => {
  expect(shouldRoll(active(), batch({ maxTimestamp: 15_000 }), LIMITS, ROOM)).toBe(false)
  expect(shouldRoll(active(), batch({ maxTimestamp: 15_001 }), LIMITS, ROOM)).toBe(true)
  const untimed = active({ firstTimestamp: -1, openedMs: 40_000 })
  expect(shouldRoll(untimed, batch({ maxTimestamp: -1 }), LIMITS, ROOM)).toBe(false)
  const late = { ...ROOM, nowMs: 50_001 }
  expect(shouldRoll(untimed, batch({ maxTimestamp: -1 }), LIMITS, late)).toBe(true)
})

test('a full index, and offsets that no index can hold, begin a new segment', () => {
  expect(shouldRoll(active(), batch(), LIMITS, { ...ROOM, hasIndexRoom: false })).toBe(true)
  const far = 2 ** 31 - 1
  expect(shouldRoll(active(), batch({ lastOffset: far as Offset }), LIMITS, ROOM)).toBe(false)
  expect(shouldRoll(active(), batch({ lastOffset: (far + 1) as Offset }), LIMITS, ROOM)).toBe(true)
})

test('when all before it is deleted, a batch begins a new segment', () => {
  const deleted = { ...ROOM, logStartOffset: 10 as Offset }
  expect(shouldRoll(active(), batch(), LIMITS, deleted)).toBe(true)
})

test('segments never grow past their limit, but for a batch that is larger, which has one of its own', () => {
  const sizes = fc.array(fc.integer({ min: 61, max: 1_500 }), { maxLength: 50 })
  fc.assert(
    fc.property(sizes, (given) => {
      let segment = emptySegment(0 as Offset, 0)
      let offset = 0
      let count = 0
      for (const sizeInBytes of given) {
        const place = { baseOffset: offset as Offset, lastOffset: offset as Offset }
        const next = batch({ sizeInBytes, ...place })
        if (shouldRoll(segment, next, LIMITS, ROOM)) {
          segment = emptySegment(offset as Offset, 0)
          count = 0
        }
        segment = withBatch(segment, next)
        count++
        offset++
        expect(segment.bytes <= LIMITS.segmentBytes || count === 1).toBe(true)
      }
    }),
  )
})
