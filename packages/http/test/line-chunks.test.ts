import { hash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHUNK_BYTES, CHUNK_RECORDS, type LineChunk, lineChunks } from '../src/line-chunks.ts'
import { readLines } from '../src/ndjson-reader.ts'

const PIECES_MAX = 20_000

describe('a body of lines', () => {
  test('is cut at the same lines however it arrives, and nothing is lost or added', async () => {
    const line = fc.oneof(
      fc.constantFrom('', ' ', '\r', '\t '),
      fc.integer({ min: 1, max: 300_000 }).map((length) => 'x'.repeat(length)),
      fc.constant('{"value":1}'),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: CHUNK_BYTES }), { minLength: 1, maxLength: 20 }),
        async (lines, endsWithLineFeed, sizes) => {
          const body = Buffer.from(lines.join('\n') + (endsWithLineFeed ? '\n' : ''))
          const whole = await chunksOf([body])
          // A megabyte byte by byte takes a minute, and shows no more.
          const least = Math.ceil(body.length / PIECES_MAX)
          const pieces = cut(
            body,
            sizes.map((size) => Math.max(size, least)),
          )
          expect((await chunksOf(pieces)).map(shortly)).toEqual(whole.map(shortly))
          expect(Buffer.concat(whole.map(({ bytes }) => bytes)).equals(body)).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('ends a chunk after 1,000 records, lines of white space not counted', async () => {
    const body = '{"value":1}\n\n'.repeat(2 * CHUNK_RECORDS) + '{"value":2}'
    const chunks = await chunksOf([Buffer.from(body)])
    expect(chunks.map(({ firstLine, nextLine }) => [firstLine, nextLine])).toEqual([
      [1, 2000],
      [2000, 4000],
      [4000, 4002],
    ])
    const reading = { recordMaxBytes: 100, nowMs: 0 }
    expect(chunks.map((chunk) => readLines(chunk, reading).length)).toEqual([1000, 1000, 1])
  })

  test('ends a chunk after the line that brings it to 1 MiB', async () => {
    const line = `${'x'.repeat(CHUNK_BYTES / 2 - 1)}\n`
    const chunks = await chunksOf([Buffer.from(line.repeat(5))])
    expect(chunks.map(({ bytes }) => bytes.length)).toEqual([
      CHUNK_BYTES,
      CHUNK_BYTES,
      CHUNK_BYTES / 2,
    ])
  })

  test('with too long a line is refused at that line, without holding it', async () => {
    const pieces = [Buffer.from('{"value":1}\n'), Buffer.alloc(600, 'x'), Buffer.alloc(600, 'x')]
    await expect(chunksOf(pieces, 1000)).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      fields: { line: 2 },
    })
  })

  test('names the line that is no record, or not UTF-8', () => {
    const reading = { recordMaxBytes: 100, nowMs: 0 }
    const chunk = (bytes: Buffer) => ({ bytes, firstLine: 11, nextLine: 14 })
    const refusalOf = (bytes: Buffer) => {
      try {
        return readLines(chunk(bytes), reading)
      } catch (error) {
        return error
      }
    }
    expect(refusalOf(Buffer.from('{"value":1}\n\n{"value":}\n'))).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: 'Line 13, /value: Not the JSON that belongs here: "}" at byte 9.',
      fields: { line: 13 },
    })
    const notText = Buffer.concat([
      Buffer.from('{"value":1}\n{"value":"'),
      Buffer.from([0xff, 0x22, 0x7d]),
    ])
    expect(refusalOf(notText)).toMatchObject({ code: 'INVALID_REQUEST', fields: { line: 12 } })
  })
})

async function chunksOf(pieces: Buffer[], lineMaxBytes = 8 * CHUNK_BYTES): Promise<LineChunk[]> {
  const left = [...pieces]
  const chunks: LineChunk[] = []
  for await (const chunk of lineChunks(async () => left.shift(), lineMaxBytes)) chunks.push(chunk)
  return chunks
}

/** Comparing megabytes byte by byte would take its time. */
function shortly({ bytes, firstLine, nextLine }: LineChunk) {
  return { firstLine, nextLine, length: bytes.length, hash: hash('sha256', bytes) }
}

function cut(body: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(Buffer.from(body.subarray(at, at + size)))
    at += size
  }
  return pieces
}
