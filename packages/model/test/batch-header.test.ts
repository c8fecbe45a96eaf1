import { describe, expect, test } from 'vitest'
import { writeInt16, writeInt32, writeInt64 } from '../src/big-endian.ts'
import { hasValidCrc, readBatchHeader } from '../src/record-batch.ts'
import { fromHex, GOLDEN } from './golden.ts'

const sound = fromHex(GOLDEN[0]!.hex)

test('a header is read without the rest of its batch, anywhere in the bytes', () => {
  const bytes = new Uint8Array(100)
  bytes.set(sound.subarray(0, 61), 39)
  const header = readBatchHeader(bytes, 39)!
  expect(header).toEqual(readBatchHeader(sound))
  expect(hasValidCrc(bytes, 39, header)).toBe(false)
})

test('no header is read from fewer than 61 bytes', () => {
  for (let length = 0; length < 61; length++) {
    expect(readBatchHeader(sound.subarray(0, length)), `${length} bytes`).toBeUndefined()
  }
  expect(readBatchHeader(sound, sound.length - 60)).toBeUndefined()
})

describe('no header is read from', () => {
  const nonsense: readonly [string, (bytes: Uint8Array) => void][] = [
    ['another magic', (bytes) => bytes.set([1], 16)],
    ['a length under 49', (bytes) => writeInt32(bytes, 8, 48)],
    ['a negative length', (bytes) => writeInt32(bytes, 8, -1)],
    ['an unknown codec', (bytes) => writeInt16(bytes, 21, 5)],
    ['a negative base offset', (bytes) => writeInt64(bytes, 0, -1)],
    ['a base offset beyond 2^53', (bytes) => writeInt64(bytes, 0, 2 ** 53)],
    ['a span that ends before it begins', (bytes) => writeInt32(bytes, 23, -1)],
    ['a negative count', (bytes) => writeInt32(bytes, 57, -1)],
    ['a base timestamp beyond 2^53', (bytes) => writeInt64(bytes, 27, 2 ** 53)],
    ['a max timestamp beyond -2^53', (bytes) => writeInt64(bytes, 35, -(2 ** 53))],
    ['a producer id beyond 2^53', (bytes) => writeInt64(bytes, 43, 2 ** 60)],
  ]
  test.each(nonsense)('%s', (_what, spoil) => {
    const bytes = sound.slice()
    spoil(bytes)
    expect(readBatchHeader(bytes)).toBeUndefined()
  })

  test('a last offset beyond 2^53', () => {
    const bytes = sound.slice()
    writeInt64(bytes, 0, Number.MAX_SAFE_INTEGER)
    expect(readBatchHeader(bytes)).toBeDefined()
    writeInt32(bytes, 23, 1)
    expect(readBatchHeader(bytes)).toBeUndefined()
  })
})

test('one flipped bit in what the CRC covers is noticed, wherever it is', () => {
  const header = readBatchHeader(sound)!
  for (let bit = 17 * 8; bit < sound.length * 8; bit++) {
    const flipped = sound.slice()
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    const crc = readBatchHeader(flipped)?.crc ?? header.crc
    expect(hasValidCrc(flipped, 0, { ...header, crc }), `bit ${bit}`).toBe(false)
  }
})
