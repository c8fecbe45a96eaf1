import { expect, test } from 'vitest'
import { schemaIdOf, WIRE_PREFIX_SIZE, writeWirePrefix } from '../src/wire-format.ts'

test('the id of a schema stands in front of its datum', () => {
  const bytes = Uint8Array.of(9, 9, 9, 9, 9, 7)
  writeWirePrefix(bytes, 0x01020304)
  expect([...bytes]).toEqual([0, 1, 2, 3, 4, 7])
  expect(schemaIdOf(bytes)).toBe(0x01020304)
  expect(schemaIdOf(bytes.subarray(0, WIRE_PREFIX_SIZE))).toBe(0x01020304)
})

test.each([
  ['nothing', []],
  ['too few', [0, 0, 0, 1]],
  ['another magic', [1, 0, 0, 0, 1, 2]],
  ['text', [...Buffer.from('{"a":1}')]],
  ['an id that none has', [0, 0xff, 0xff, 0xff, 0xff, 2]],
])('%s: not of this format', (_what, bytes) => {
  expect(schemaIdOf(Uint8Array.from(bytes))).toBeUndefined()
})
