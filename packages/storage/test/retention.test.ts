import type { RetainedSegment } from '@millrace/log/retained-segments'
import type { Offset } from '@millrace/model/offset'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RetentionClock, retainedFrom } from '../src/retention.ts'
import { append, batches, createLog, openStore, valuesOf } from './open-store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const ALL = 1_000_000 as Offset

/** Segments of ten records each, with their sizes and the times of their newest records. */
function segmentsOf(sizes: readonly (readonly [number, number])[]): readonly RetainedSegment[] {
  return sizes.map(([bytes, newestMs], index) => ({
    nextOffset: ((index + 1) * 10) as Offset,
    bytes,
    newestMs: () => Promise.resolve(newestMs),
  }))
}

const bounds = (nowMs: number | undefined, highWatermark = ALL) => ({
  logStartOffset: 0 as Offset,
  highWatermark,
  nowMs,
})

test('segments go while the oldest is older than the limit, and a newer one before keeps those after it', async () => {
  const segments = segmentsOf([
    [100, 1_000],
    [100, 9_000],
    [100, 1_000],
  ])
  const limits = { retentionMs: 5_000, retentionBytes: -1 }
  expect(await retainedFrom(segments, limits, bounds(10_000))).toBe(10)
  expect(await retainedFrom(segments, limits, bounds(6_000)), 'exactly as old is kept').toBe(0)
  expect(await retainedFrom(segments, limits, bounds(undefined)), 'without a clock').toBe(0)
  expect(await retainedFrom(segments, limits, bounds(20_000)), 'all of them').toBe(30)
})

test('a size limit never takes a log below it, and needs no clock', async () => {
  const segments = segmentsOf([
    [100, 0],
    [100, 0],
    [50, 0],
  ])
  const keeping = (retentionBytes: number) =>
    retainedFrom(segments, { retentionMs: -1, retentionBytes }, bounds(undefined))
  expect(await keeping(250)).toBe(0)
  expect(await keeping(151)).toBe(0)
  expect(await keeping(150)).toBe(10)
  expect(await keeping(50)).toBe(20)
  expect(await keeping(0)).toBe(30)
})

test('nothing beyond the high watermark goes, and empty segments are left', async () => {
  const segments = segmentsOf([
    [100, 0],
    [100, 0],
    [0, 0],
  ])
  const limits = { retentionMs: 1, retentionBytes: -1 }
  expect(await retainedFrom(segments, limits, bounds(10_000, 15 as Offset))).toBe(10)
  expect(await retainedFrom(segments, limits, bounds(10_000))).toBe(20)
})

test('what is kept is a whole number of segments, no less than the size limit, unless age took more', async () => {
  const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.nat({ max: 100 })), {
    maxLength: 10,
  })
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: -1, max: 500 }), async (given, retentionBytes) => {
      const segments = segmentsOf(given)
      const limits = { retentionMs: -1, retentionBytes }
      const start = await retainedFrom(segments, limits, bounds(1_000))
      expect(start % 10).toBe(0)
      const kept = given.slice(start / 10)
      const total = given.reduce((sum, [bytes]) => sum + bytes, 0)
      const left = kept.reduce((sum, [bytes]) => sum + bytes, 0)
      expect(left).toBeGreaterThanOrEqual(Math.min(total, retentionBytes))
    }),
  )
})

test('a clock is trusted ten minutes after a start, not while it is behind itself, nor once it jumped', () => {
  const clock = new ManualClock(HOUR_MS)
  const trusted = new RetentionClock(clock, HOUR_MS)
  const behind = new RetentionClock(clock, 2 * HOUR_MS)
  clock.advance(9 * MINUTE_MS)
  expect(trusted.nowMs).toBeUndefined()
  clock.advance(MINUTE_MS)
  expect(trusted.nowMs).toBe(HOUR_MS + 10 * MINUTE_MS)
  expect(behind.nowMs).toBeUndefined()
  clock.advance(HOUR_MS)
  expect(behind.nowMs).toBeDefined()
  clock.jumpTo(clock.nowMs() + 2 * MINUTE_MS)
  expect(trusted.nowMs).toBeUndefined()
  clock.jumpTo(clock.nowMs() - 2 * MINUTE_MS)
  expect(trusted.nowMs).toBeDefined()
})

test('expiring a log raises its log start, and its segments go with the next checkpoint', async () => {
  await using directory = await makeTempDirectory()
  const clock = new ManualClock(1_700_000_000_000 + HOUR_MS)
  await using storage = await openStore(directory.path, { clock })
  const log = await createLog(storage, 't-0', { segmentBytes: 500 })
  for (let index = 0; index < 10; index++) {
    await append(storage, batches(log, `${index}`.padEnd(200)))
  }
  await storage.checkpoint()
  const limits = { retentionMs: -1, retentionBytes: 700 }
  const start = await storage.expire(log, limits)
  expect(start).toBe(log.logStartOffset)
  expect((await valuesOf(log)).length).toBe(10 - start)
  await storage.checkpoint()
  expect(log.bytes).toBeGreaterThanOrEqual(700)
  expect(log.bytes).toBeLessThan(1_300)
  expect(await storage.expire(log, { retentionMs: 1, retentionBytes: -1 })).toBe(start)
  clock.advance(10 * MINUTE_MS)
  expect(await storage.expire(log, { retentionMs: 1, retentionBytes: -1 })).toBe(10)
})
