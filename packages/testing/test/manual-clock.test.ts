import { expect, test } from 'vitest'
import { ManualClock } from '../src/manual-clock.ts'

test('calls come at their own time, the earliest first, and once', () => {
  const clock = new ManualClock(1000)
  const made: string[] = []
  clock.schedule(20, () => made.push(`late at ${clock.nowMs()}`))
  clock.schedule(10, () => made.push(`early at ${clock.nowMs()}`))
  clock.advance(15)
  expect(made).toEqual(['early at 1010'])
  clock.advance(100)
  expect(made).toEqual(['early at 1010', 'late at 1020'])
  expect(clock.scheduledCount).toBe(0)
})

test('a call may schedule another within the same stretch of time', () => {
  const clock = new ManualClock(0)
  let ticks = 0
  const tick = () => {
    ticks++
    clock.schedule(10, tick)
  }
  clock.schedule(10, tick)
  clock.advance(35)
  expect(ticks).toBe(3)
})

test('what is taken back is not called', () => {
  const clock = new ManualClock()
  const takeBack = clock.schedule(5, () => expect.unreachable())
  takeBack()
  clock.advance(10)
  expect(clock.scheduledCount).toBe(0)
})

test('a jump of the wall clock leaves the monotonic one alone', () => {
  const clock = new ManualClock(1000)
  clock.advance(5)
  clock.jumpTo(0)
  expect([clock.nowMs(), clock.monotonicMs()]).toEqual([0, 5])
})
