import { expect, test } from 'vitest'
import { BodyMemory } from '../src/body-memory.ts'

const MiB = 1024 * 1024

test('what was given back is lent again, to a body of about the same length', () => {
  const memory = new BodyMemory()
  const first = memory.borrow(MiB)
  first[Symbol.dispose]()
  using second = memory.borrow(MiB - 1000)
  expect(second.memory).toBe(first.memory)
  expect(second.memory.length).toBeGreaterThanOrEqual(MiB)
})

test('nobody is lent what another one has', () => {
  const memory = new BodyMemory()
  using first = memory.borrow(MiB)
  using second = memory.borrow(MiB)
  expect(second.memory.buffer).not.toBe(first.memory.buffer)
})

test('a small body takes no large memory away, nor does a large one get a small one', () => {
  const memory = new BodyMemory()
  const large = memory.borrow(4 * MiB)
  large[Symbol.dispose]()
  using small = memory.borrow(MiB)
  expect(small.memory).not.toBe(large.memory)
  using larger = memory.borrow(5 * MiB)
  expect(larger.memory.length).toBeGreaterThanOrEqual(5 * MiB)
  using again = memory.borrow(3 * MiB)
  expect(again.memory).toBe(large.memory)
})

test('no more is kept than a little: the longest unused goes', () => {
  const memory = new BodyMemory()
  const borrowed = Array.from({ length: 5 }, () => memory.borrow(4 * MiB))
  for (const one of borrowed) one[Symbol.dispose]()
  const again = Array.from({ length: 5 }, () => memory.borrow(4 * MiB).memory)
  expect(again.filter((one) => borrowed.some((other) => other.memory === one))).toHaveLength(4)
  expect(again).not.toContain(borrowed[0]?.memory)
})
