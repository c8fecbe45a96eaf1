import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitLines } from '../src/lines.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function linesOf(bytes: Uint8Array, size: number, lineBytesMax = 1000): Promise<string[]> {
  const lines: string[] = []
  for await (const some of splitLines(pieces(bytes, size), lineBytesMax)) {
    lines.push(...some.map((line) => Buffer.from(line).toString('latin1')))
  }
  return lines
}

test('a line feed ends a line, a carriage return belongs to it, and the last needs no end', async () => {
  expect(await linesOf(Buffer.from('a\r\n\nb\nlast'), 100)).toEqual(['a\r', '', 'b', 'last'])
  expect(await linesOf(Buffer.from('a\n'), 100)).toEqual(['a'])
  expect(await linesOf(Buffer.alloc(0), 100)).toEqual([])
})

test('however the bytes arrive, the lines put together again are the bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(0x0a, 0x0d, 0x61, 0xff), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (codes, size) => {
        const bytes = Buffer.from(codes)
        const lines = await linesOf(bytes, size)
        const whole = bytes.toString('latin1')
        const expected = whole.split('\n')
        if (expected.at(-1) === '') expected.pop()
        expect(lines).toEqual(expected)
      },
    ),
  )
})

test('a line longer than a record may be is refused with its number, before it is held', async () => {
  await expect(linesOf(Buffer.from(`ok\n${'x'.repeat(50)}`), 7, 20)).rejects.toThrow(
    'Line 2 is longer than 20 B',
  )
})
