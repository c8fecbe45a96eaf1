import { expect, test } from 'vitest'
import { nearest } from '../src/nearest.ts'

test('the word with the fewest letters wrong is suggested, whatever its case', () => {
  expect(nearest('ordres', ['orders', 'order', 'users'])).toBe('orders')
  expect(nearest('ORDERS', ['users', 'orders'])).toBe('orders')
})

test('a word that is nothing like any of them gets no suggestion', () => {
  expect(nearest('payments', ['orders', 'users'])).toBeUndefined()
  expect(nearest('x', ['orders'])).toBeUndefined()
  expect(nearest('orders', [])).toBeUndefined()
})

test('a word that is far longer than all of them is like none, and is not compared letter by letter', () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `broker.setting${index}`)
  expect(nearest('l'.repeat(1_000_000), names)).toBeUndefined()
})
