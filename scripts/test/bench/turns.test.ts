import { expect, test } from 'vitest'
import { amount, measureInTurns, median, pairedRatio } from '../../bench/turns.ts'

test('every contender has its turn in every round, first in every other one, after a round that does not count', async () => {
  const order: string[] = []
  const contender = (name: string) => ({
    name,
    unit: 'MiB',
    run: (seconds: number) => {
      order.push(`${name} ${seconds}`)
      return Promise.resolve(1)
    },
  })
  const { rates } = await measureInTurns([contender('a'), contender('b')], {
    sliceSeconds: 2,
    rounds: 3,
  })
  expect(order.slice(0, 2)).toEqual(['a 2', 'b 2'])
  expect(order.slice(2)).toEqual(['b 2', 'a 2', 'a 2', 'b 2', 'b 2', 'a 2'])
  expect(rates).toEqual([
    [1, 1, 1],
    [1, 1, 1],
  ])
})

test('a ratio is that of neighbours, against the slowest peer of the same round', () => {
  // A disk that is ten times as fast in the second round changes nothing.
  expect(pairedRatio([50, 500, 50], [100, 1000, 100], [200, 2000, 200])).toBe(0.5)
  expect(pairedRatio([50], [200], [100])).toBe(0.5)
})

test('the median of an even number of values is between the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([3, 1, 2])).toBe(2)
})

test('an amount keeps the digits that count', () => {
  expect([1234.5, 12.345, 1.2345, 0.012345].map(amount)).toEqual([
    '1,235',
    '12.3',
    '1.23',
    '0.0123',
  ])
})
