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
