import type { Offset, Position } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { IndexBuilder } from '../src/index-builder.ts'

test('a batch gets entries once more than the interval has gone by, not when it just has', () => {
  const builder = new IndexBuilder(100, undefined)
  expect(builder.add(batch(0, 100), 0 as Position)).toBeUndefined()
  expect(builder.add(batch(1, 1), 100 as Position), 'exactly 100 bytes').toBeUndefined()
  expect(builder.add(batch(2, 300), 101 as Position)?.offset).toEqual({ offset: 2, position: 101 })
  expect(builder.add(batch(3, 50), 401 as Position)?.offset).toEqual({ offset: 3, position: 401 })
  expect(builder.add(batch(4, 50), 451 as Position), 'after a small one').toBeUndefined()
})

test('a time entry names the first batch that reached the largest timestamp, and comes once', () => {
  const builder = new IndexBuilder(0, undefined)
  builder.add(batch(0, 10, 5), 0 as Position)
  expect(builder.add(batch(1, 10, 9), 10 as Position)?.time).toEqual({ timestamp: 9, offset: 1 })
  expect(builder.add(batch(2, 10, 9), 20 as Position)?.time).toBeUndefined()
  expect(builder.closingEntry()).toBeUndefined()
  builder.add(batch(3, 10, 3), 30 as Position)
  expect(builder.largest).toEqual({ timestamp: 9, offset: 1 })
})

test('the closing entry is for a largest timestamp that has none yet', () => {
  const builder = new IndexBuilder(1000, undefined)
  expect(builder.closingEntry()).toBeUndefined()
  builder.add(batch(0, 10, 5), 0 as Position)
  expect(builder.closingEntry()).toEqual({ timestamp: 5, offset: 0 })
})

test('records without a timestamp make no time entry', () => {
  const builder = new IndexBuilder(0, undefined)
  builder.add(batch(0, 10, -1), 0 as Position)
  expect(builder.add(batch(1, 10, -1), 10 as Position)).toEqual({
    offset: { offset: 1, position: 10 },
    time: undefined,
  })
  expect(builder.closingEntry()).toBeUndefined()
})

test('gone on with after an entry, it counts from there', () => {
  const builder = new IndexBuilder(100, { timestamp: 7, offset: 3 as Offset })
  builder.continueAfterEntry({ sizeInBytes: 101 })
  expect(builder.add(batch(4, 10, 6), 500 as Position)).toEqual({
    offset: { offset: 4, position: 500 },
    time: undefined,
  })
})

function batch(lastOffset: number, sizeInBytes: number, maxTimestamp = 1) {
  return { lastOffset: lastOffset as Offset, sizeInBytes, maxTimestamp }
}
