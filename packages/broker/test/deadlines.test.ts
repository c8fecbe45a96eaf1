import { ManualClock } from '@millrace/testing/manual-clock'
import { array, assert, integer, nat, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { Deadlines } from '../src/deadlines.ts'

test('a call is made once, never late, and early by at most 1/64 of its delay', () => {
  const delays = array(record({ after: nat(500), delay: integer({ min: 1, max: 1e5 }) }))
  assert(
    property(delays, (waits) => {
      const clock = new ManualClock()
      const deadlines = new Deadlines(clock)
      const called: number[] = []
      const ends = waits.map(({ after, delay }, index) => {
        clock.advance(after)
        const endMs = clock.monotonicMs() + delay
        deadlines.schedule(delay, () => {
          called.push(index)
          expect(clock.monotonicMs()).toBeLessThanOrEqual(endMs)
          expect(clock.monotonicMs()).toBeGreaterThanOrEqual(endMs - delay / 64)
        })
        return index
      })
      clock.advance(1e5)
      expect(called.toSorted((a, b) => a - b)).toEqual(ends)
    }),
  )
})

test('a thousand waits of half a minute need a few timers a second', () => {
  const clock = new ManualClock()
  const deadlines = new Deadlines(clock)
  for (let wait = 0; wait < 1000; wait++) {
    deadlines.schedule(30_000, () => undefined)
    clock.advance(30)
  }
  expect(clock.scheduledCount).toBeLessThanOrEqual(30 * 4)
})

test('a call that is taken back is not made, and the others of its time are', () => {
  const clock = new ManualClock()
  const deadlines = new Deadlines(clock)
  const called: string[] = []
  const takeBack = deadlines.schedule(1000, () => called.push('taken back'))
  deadlines.schedule(1000, () => called.push('stays'))
  takeBack()
  clock.advance(1000)
  expect(called).toEqual(['stays'])
})

test('all who wait can be called before their time, once', () => {
  const clock = new ManualClock()
  const deadlines = new Deadlines(clock)
  const called: string[] = []
  const once = (name: string, delayMs: number) => {
    const takeBack = deadlines.schedule(delayMs, () => {
      takeBack()
      called.push(name)
    })
  }
  once('soon', 1000)
  once('later', 30_000)
  expect(deadlines.count).toBe(2)
  deadlines.callAll()
  clock.advance(60_000)
  expect(called).toEqual(['soon', 'later'])
  expect(deadlines.count).toBe(0)
})
