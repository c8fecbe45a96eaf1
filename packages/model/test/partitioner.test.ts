import { describe, expect, test } from 'vitest'
import { partitionOfKey, Partitioner, STICKY_BATCH_BYTES } from '../src/partitioner.ts'

test.each([
  ['kafka', 1, 3, 4],
  ['foobar', 0, 0, 6],
  ['abc', 0, 4, 3],
  ['1234', 0, 0, 0],
  ['1', 0, 2, 3],
  ['0', 2, 3, 8],
])(
  'of 3, 7 and 12 partitions the key %s has the ones of Kafka’s Java client',
  (key, ...expected) => {
    expect([3, 7, 12].map((count) => partitionOfKey(Buffer.from(key), count))).toEqual(expected)
  },
)

test('an explicit partition outranks the key', () => {
  const partitioner = new Partitioner(() => 0)
  expect(partitioner.partitionOf({ partition: 5, key: Buffer.from('kafka') }, 1, 7)).toBe(5)
  expect(partitioner.partitionOf({ key: Buffer.from('kafka') }, 1, 7)).toBe(3)
})

test('an empty key is a key', () => {
  const partitioner = new Partitioner(() => 0.99)
  expect(partitioner.partitionOf({ key: new Uint8Array() }, 1, 7)).toBe(0x106e08d9 % 7)
})

describe('without a key, records', () => {
  const keyless = { key: null }

  test('stay on one partition until its batch is full, then go to another', () => {
    const partitioner = new Partitioner(sequence(0.5, 0.5, 0))
    const sizes = Array.from({ length: 3 * 16 }, () => STICKY_BATCH_BYTES / 16)
    const partitions = sizes.map((size) => partitioner.partitionOf(keyless, size, 6))
    expect(runsOf(partitions)).toEqual([
      [3, 16],
      [2, 16],
      [0, 16],
    ])
  })

  test('go to another partition when the batch ended before it was full', () => {
    const partitioner = new Partitioner(() => 0)
    expect(partitioner.partitionOf(keyless, 1, 2)).toBe(0)
    expect(partitioner.partitionOf(keyless, 1, 2)).toBe(0)
    partitioner.endBatch()
    expect(partitioner.partitionOf(keyless, 1, 2)).toBe(1)
    partitioner.endBatch(0)
    expect(partitioner.partitionOf(keyless, 1, 2)).toBe(1)
    partitioner.endBatch(1)
    expect(partitioner.partitionOf(keyless, 1, 2)).toBe(0)
  })

  test('reach every partition about as often, and never a partition that is not there', () => {
    const partitioner = new Partitioner(lehmer())
    const counts = Array.from({ length: 5 }, () => 0)
    for (let index = 0; index < 10_000; index++) {
      counts[partitioner.partitionOf(keyless, STICKY_BATCH_BYTES, 5)]!++
    }
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200)
  })

  test('stay on the only partition there is', () => {
    const partitioner = new Partitioner(() => 0.999)
    for (let index = 0; index < 5; index++) {
      expect(partitioner.partitionOf(keyless, STICKY_BATCH_BYTES, 1)).toBe(0)
    }
  })

  test('leave a partition that another topic does not have', () => {
    const partitioner = new Partitioner(() => 0.999)
    expect(partitioner.partitionOf(keyless, 1, 6)).toBe(5)
    expect(partitioner.partitionOf(keyless, 1, 2)).toBe(1)
  })
})

function sequence(...values: readonly number[]): () => number {
  let next = 0
  return () => values[next++] ?? 0
}

function lehmer(): () => number {
  let state = 42
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

function runsOf(values: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = []
  for (const value of values) {
    const last = runs.at(-1)
    if (last?.[0] === value) last[1]++
    else runs.push([value, 1])
  }
  return runs
}
