import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Offset } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { readBatches } from '../src/batches-answer.ts'

const record = (timestamp: number) => ({
  key: null,
  value: Uint8Array.of(timestamp),
  headers: [],
  timestamp,
})
const first = encodeBatch({ records: [record(1), record(2)], baseOffset: 10 as Offset })
const second = encodeBatch({ records: [record(3)], baseOffset: 12 as Offset, codec: 'zstd' })
const marker = encodeBatch({ records: [record(4)], baseOffset: 13 as Offset, isControl: true })
const third = encodeBatch({ records: [record(5)], baseOffset: 14 as Offset })

test('records come in order, whatever their codec; control records do not', () => {
  expect(offsetsIn([first, second, marker, third], 0)).toEqual([10, 11, 12, 14])
})

test('records before the offset that was asked for are left out', () => {
  expect(offsetsIn([first, second, third], 11)).toEqual([11, 12, 14])
  expect(offsetsIn([first, second, third], 12)).toEqual([12, 14])
})

test('no bytes are no records', () => {
  expect(readBatches(new Uint8Array(), 0)).toEqual([])
})

test('an answer that is cut short, wherever, is CORRUPT_BATCH', () => {
  const bytes = concat([first, second])
  for (let length = 1; length < bytes.length; length++) {
    if (length === first.length) continue
    expectCorrupt(bytes.subarray(0, length))
  }
})

test('a flipped bit, and batches that go back, are CORRUPT_BATCH', () => {
  const flipped = first.slice()
  flipped[70]! ^= 1
  expectCorrupt(flipped)
  expectCorrupt(concat([second, first]))
  expectCorrupt(concat([first, first]))
})

function offsetsIn(batches: readonly Uint8Array[], fromOffset: number): readonly number[] {
  return readBatches(concat(batches), fromOffset).flatMap((part) =>
    'fromOffset' in part ? [] : part.map(({ offset }) => offset),
  )
}

function concat(batches: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(batches))
}

function expectCorrupt(bytes: Uint8Array): void {
  expect(() => readBatches(bytes, 0)).toThrow(expect.objectContaining({ code: 'CORRUPT_BATCH' }))
}
