import { ManualClock } from '@millrace/testing/manual-clock'
import { describe, expect, test } from 'vitest'
import { ProduceBudget } from '../src/produce-budget.ts'
import { failure } from './open-broker.ts'

/** An append that takes as long as the test says. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { append: () => promise, finish: resolve }
}

describe('the produce budget', () => {
  test('is for bytes under way: what is durable makes room', async () => {
    const budget = new ProduceBudget(new ManualClock(), 100)
    const first = held()
    const done = budget.hold(60, first.append)
    await expect(budget.hold(41, first.append)).rejects.toThrow(
      failure('OVERLOADED', { appended: false }),
    )
    const second = budget.hold(40, async () => 'fits')
    expect(await second).toBe('fits')
    first.finish()
    await done
    expect(budget.heldBytes).toBe(0)
    expect(budget.refused).toBe(1)
  })

  test('takes one request of any size when there is no other', async () => {
    const budget = new ProduceBudget(new ManualClock(), 100)
    expect(await budget.hold(1_000, async () => 'alone')).toBe('alone')
  })

  test('gives its bytes back when the append fails', async () => {
    const budget = new ProduceBudget(new ManualClock(), 100)
    await expect(budget.hold(60, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(budget.heldBytes).toBe(0)
  })

  test('says when to come back, from how fast bytes left of late', async () => {
    const clock = new ManualClock()
    const budget = new ProduceBudget(clock, 1_000_000)
    // A million bytes a second.
    const drained = held()
    const done = budget.hold(1_000_000, drained.append)
    clock.advance(1_000)
    drained.finish()
    await done
    const waiting = held()
    const isHeld = budget.hold(1_000_000, waiting.append)
    const retryAfterMs = 500
    await expect(budget.hold(500_000, waiting.append)).rejects.toThrow(
      failure('OVERLOADED', { retryAfterMs }),
    )
    waiting.finish()
    await isHeld
  })
})
