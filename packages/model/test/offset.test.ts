import { expect, test } from 'vitest'
import { advance, FIRST_OFFSET, OFFSET_MAX, toOffset } from '../src/offset.ts'

test.each([0, 1, 2 ** 53 - 1, 0n, 9_007_199_254_740_991n])('%s is an offset', (value) => {
  expect(toOffset(value)).toBe(Number(value))
})

test.each([-1, 0.5, 2 ** 53, NaN, Infinity, -1n, 9_007_199_254_740_993n, 2n ** 64n])(
  '%s is no offset',
  (value) => {
    expect(toOffset(value)).toBeUndefined()
  },
)

test('offsets count records, from 0 to the last safe integer', () => {
  expect(advance(FIRST_OFFSET, 3)).toBe(3)
  expect(toOffset(OFFSET_MAX)).toBe(OFFSET_MAX)
})
