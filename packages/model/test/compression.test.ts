import { lz4Decompress, snappyCompress, snappyDecompress } from '@platformatic/wasm-utils'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compress, decompress } from '../src/compression.ts'
import { decompress as decompressInBrowser } from '../src/compression-portable.ts'

/** Repetitive as log lines are, so that matches near, far and overlapping all occur. */
const text = fc
  .array(
    fc.tuple(fc.constantFrom('sshd', 'a', 'blk_38865049', ' '), fc.integer({ min: 1, max: 900 })),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((runs) => Buffer.from(runs.map(([word, times]) => word.repeat(times)).join('')))
const anyBytes = fc.oneof(text, fc.uint8Array({ minLength: 1, maxLength: 5_000 }))

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s gives back what it took', (codec) => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const compressed = compress(codec, bytes)
      expectSame(decompress(codec, compressed, bytes.length), bytes)
    }),
  )
})

test('a browser reads the snappy and lz4 that Node writes', () => {
  fc.assert(
    fc.property(anyBytes, fc.constantFrom('snappy', 'lz4'), (bytes, codec) => {
      expectSame(decompressInBrowser(codec, compress(codec, bytes), bytes.length), bytes)
    }),
  )
})

test('snappy is also read as one raw block, as clients other than Java’s send it', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const block = snappyCompress(Buffer.from(bytes))
      expectSame(decompress('snappy', block, bytes.length), bytes)
      expectSame(snappyDecompress(block), bytes)
    }),
  )
})

test('gzip members and zstd frames one after the other are one text', () => {
  for (const codec of ['gzip', 'zstd'] as const) {
    const parts = ['one ', 'two'].map((part) => compress(codec, Buffer.from(part)))
    expect(Buffer.from(decompress(codec, Buffer.concat(parts), 100)).toString()).toBe('one two')
  }
})

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
  '%s with bytes behind it is refused',
  (codec) => {
    const bytes = Buffer.concat([compress(codec, Buffer.from('text')), Buffer.from('behind')])
    expect(() => decompress(codec, bytes, 100)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_BATCH' }),
    )
  },
)

test('an lz4 frame is one that Java reads: version 1, independent blocks, nothing reserved', () => {
  const frame = compress('lz4', new Uint8Array(300_000))
  expect([...frame.subarray(0, 4)]).toEqual([0x04, 0x22, 0x4d, 0x18])
  expect(frame[4]! & 0b1110_0010).toBe(0b0110_0000)
  expect(frame[5]! >> 4).toBeGreaterThanOrEqual(4)
})

test('a match of another distance than its length is copied right, each against each', () => {
  for (let distance = 1; distance < 70; distance++) {
    for (const length of [4, 18, 19, 31, 33, 64, 300]) {
      const pattern = Array.from({ length: distance }, (_, index) => (index * 7 + distance) & 0xff)
      const bytes = Buffer.from([
        ...pattern,
        ...Array.from({ length }, (_, index) => pattern[index % distance]!),
      ])
      const frame = lz4Frame(bytes.subarray(0, distance), distance, length)
      expectSame(decompress('lz4', frame, 1_000), Buffer.concat([bytes, Buffer.from('-end-')]))
    }
  }
})

test('checksums and a content size in an lz4 frame are allowed', () => {
  const plain = compress('lz4', Buffer.from('one two three one two three one two three'))
  const block = plain.subarray(7, -4)
  const flags = 0b0111_1100
  const header = [0x04, 0x22, 0x4d, 0x18, flags, 0x40, 41, 0, 0, 0, 0, 0, 0, 0, 0]
  const frame = new Uint8Array([...header, ...block, 1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8])
  expect(Buffer.from(decompress('lz4', frame, 41)).toString()).toBe(
    'one two three one two three one two three',
  )
})

test('what the library makes of lz4 is what we make of it', () => {
  fc.assert(
    fc.property(text, (bytes) => {
      const frame = Buffer.from(compress('lz4', bytes))
      expectSame(lz4Decompress(frame), decompress('lz4', frame, bytes.length))
    }),
  )
})

/** Literals, a match, and the literals that end a block. */
function lz4Frame(literals: Uint8Array, distance: number, length: number): Uint8Array {
  const more = (value: number) =>
    value < 15
      ? []
      : [...Array.from({ length: Math.floor((value - 15) / 255) }, () => 255), (value - 15) % 255]
  const token = (Math.min(literals.length, 15) << 4) | Math.min(length - 4, 15)
  const run = [token, ...more(literals.length), ...literals]
  const match = [distance & 0xff, distance >> 8, ...more(length - 4)]
  const block = [...run, ...match, 5 << 4, ...Buffer.from('-end-')]
  const size = Buffer.alloc(4)
  size.writeUInt32LE(block.length)
  return new Uint8Array([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, ...size, ...block, 0, 0, 0, 0])
}

function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(actual, expected)).toBe(0)
}
