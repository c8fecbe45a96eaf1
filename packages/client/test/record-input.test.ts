import { expect, test } from 'vitest'
import { type ProducerRecord, recordContentOf } from '../src/record-input.ts'

const NOW = 1_763_800_000_000

test('text and JSON are sent as their UTF-8, bytes as they are', () => {
  expect(recordContentOf({ key: 'é', value: '€' }, NOW)).toEqual({
    key: new Uint8Array([0xc3, 0xa9]),
    value: new Uint8Array([0xe2, 0x82, 0xac]),
    headers: [],
    timestamp: NOW,
  })
  const bytes = Uint8Array.of(1, 2)
  expect(recordContentOf({ key: bytes, value: bytes }, NOW)).toMatchObject({
    key: bytes,
    value: bytes,
  })
  expect(recordContentOf({ json: { a: [1, null] } }, NOW).value).toEqual(utf8('{"a":[1,null]}'))
  expect(recordContentOf({ json: null }, NOW).value).toEqual(utf8('null'))
})

test('null is a tombstone, and no key is null', () => {
  expect(recordContentOf({ value: null }, NOW)).toMatchObject({ key: null, value: null })
})

test('headers are a list or an object', () => {
  const expected = [
    { name: 'a', value: utf8('1') },
    { name: 'b', value: null },
  ]
  expect(recordContentOf({ value: '', headers: { a: '1', b: null } }, NOW).headers).toEqual(
    expected,
  )
  const list = [
    { name: 'a', value: '1' },
    { name: 'b', value: null },
  ]
  expect(recordContentOf({ value: '', headers: list }, NOW).headers).toEqual(expected)
})

test('a timestamp is a number or a Date', () => {
  expect(recordContentOf({ value: '', timestamp: 5 }, NOW).timestamp).toBe(5)
  expect(recordContentOf({ value: '', timestamp: new Date(6) }, NOW).timestamp).toBe(6)
})

/** What a caller without types may pass. */
const wrong: readonly [string, unknown][] = [
  ['neither value nor json', {}],
  ['both value and json', { value: 'a', json: 1 }],
  ['an object as value', { value: { a: 1 } }],
  ['a number as key', { key: 5, value: '' }],
  ['json that is none', { json: () => 1 }],
  ['a header without a name', { value: '', headers: [{ value: 'a' }] }],
  ['a header that is a number', { value: '', headers: { a: 1 } }],
  ['a time before 1970', { value: '', timestamp: -1 }],
  ['a time that is none', { value: '', timestamp: new Date('never') }],
  ['a negative partition', { value: '', partition: -1 }],
  ['half a partition', { value: '', partition: 0.5 }],
]
test.each(wrong)('%s is a TypeError', (_what, record) => {
  expect(() => recordContentOf(record as ProducerRecord, NOW)).toThrow(TypeError)
})

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
