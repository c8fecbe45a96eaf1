import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteCursor } from '../src/byte-cursor.ts'
import { ByteWriter } from '../src/byte-writer.ts'
import { varintSize, varlongSize } from '../src/varint.ts'
import { toHex } from './golden.ts'

test.each([
  [0, '00'],
  [-1, '01'],
  [1, '02'],
  [63, '7e'],
  [-64, '7f'],
  [64, '8001'],
  [8191, 'fe7f'],
  [-8193, '818001'],
  [2 ** 31 - 1, 'feffffff0f'],
  [-(2 ** 31), 'ffffffff0f'],
])('%d is written as %s, as a varint and as a varlong', (value, hex) => {
  expect(written((writer) => writer.writeVarint(value))).toBe(hex)
  expect(written((writer) => writer.writeVarlong(value))).toBe(hex)
})

test('every 32-bit integer comes back, in as many bytes as were computed', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), powersOfTwo(31)), (value) => {
      const bytes = new Uint8Array(10)
      const writer = new ByteWriter(bytes, 0)
      writer.writeVarint(value)
      expect(writer.at).toBe(varintSize(value))
      const cursor = new ByteCursor(bytes, 0, writer.at)
      expect(cursor.readVarint()).toBe(value)
      expect(cursor.remaining).toBe(0)
    }),
  )
})

test('every safe integer comes back, in as many bytes as were computed', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), powersOfTwo(53)), (value) => {
      const bytes = new Uint8Array(10)
      const writer = new ByteWriter(bytes, 0)
      writer.writeVarlong(value)
      expect(writer.at).toBe(varlongSize(value))
      const cursor = new ByteCursor(bytes, 0, writer.at)
      expect(cursor.readVarlong()).toBe(value)
      expect(cursor.remaining).toBe(0)
    }),
    { examples: [[Number.MAX_SAFE_INTEGER], [Number.MIN_SAFE_INTEGER]] },
  )
})

test.each([
  ['a varint of six bytes', 'ffffffffff0f', 'readVarint'],
  ['a varint of 33 bits', 'ffffffff1f', 'readVarint'],
  ['a varint that ends too soon', 'ff', 'readVarint'],
  ['a varlong of eleven bytes', 'ffffffffffffffffffff01', 'readVarlong'],
  ['a varlong of 2^53', '8080808080808020', 'readVarlong'],
  ['a varlong of -2^53', 'ffffffffffffff1f', 'readVarlong'],
  ['a varlong beyond 2^53', 'feffffffffffff3f', 'readVarlong'],
  ['a length below -1', '03', 'readLength'],
  ['a length beyond the end', '0400', 'readLength'],
] as const)('%s is CORRUPT_BATCH', (_what, hex, read) => {
  const bytes = Buffer.from(hex, 'hex')
  const cursor = new ByteCursor(bytes, 0, bytes.length)
  expect(() => cursor[read]()).toThrow(expect.objectContaining({ code: 'CORRUPT_BATCH' }))
})

function powersOfTwo(bits: number): fc.Arbitrary<number> {
  return fc
    .tuple(fc.integer({ min: 0, max: bits - 1 }), fc.constantFrom(-1, 0), fc.constantFrom(1, -1))
    .map(([exponent, less, sign]) => sign * (2 ** exponent + less) + 0)
}

function written(write: (writer: ByteWriter) => void): string {
  const writer = new ByteWriter(new Uint8Array(10), 0)
  write(writer)
  return toHex(writer.bytes.subarray(0, writer.at))
}
