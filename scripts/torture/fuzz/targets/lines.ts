import { LogError } from '@millrace/model/log-error'
import { type LineChunk, lineChunks } from '@millrace/http/line-chunks'
import { readLines } from '@millrace/http/ndjson-reader'
import type { FuzzTarget } from '../fuzz-target.ts'
import { JSON_SEEDS, JSON_TOKENS, largeBodies } from './json-seeds.ts'

export const lines: FuzzTarget = {
  name: 'lines',
  about: 'the reader of records in lines of JSON',
  modules: [
    'json-cursor.ts',
    'json-field.ts',
    'json-scanner.ts',
    'json-string.ts',
    'line-chunks.ts',
    'ndjson-reader.ts',
    'record-draft.ts',
    'record-fault.ts',
    'record-json-headers.ts',
    'repeated-names.ts',
  ],
  tokens: [...JSON_TOKENS, '\r\n', '\n\n', '}\n{'].map((token) => Buffer.from(token)),
  large: largeBodies,
  seeds: () => [
    Buffer.from('{"value":1}\n{"value":2}\r\n\n \t\n{"key":"k","valueText":"x"}'),
    ...JSON_SEEDS.slice(1).map(inLines),
  ],
  run(input) {
    const whole: LineChunk = { bytes: input, firstLine: 1, nextLine: lineCount(input) + 1 }
    const records = readOrRefuse(whole)
    // Now and then in pieces as well, which takes turns of the event loop.
    const isInPieces = input.length % IN_PIECES_ONE_IN === 0 && input.length < IN_PIECES_BYTES_MAX
    return isInPieces ? expectSame(input, records) : undefined
  },
}

const LINE_BYTES_MAX = 100_000
const IN_PIECES_ONE_IN = 16
const IN_PIECES_BYTES_MAX = 10_000

/** However a body arrives, it is cut at the same lines, and every line is in one chunk. */
async function expectSame(input: Buffer, expected: number | string): Promise<void> {
  let read = 0
  let nextLine = 1
  const pieces = piecesOf(input)
  try {
    for await (const chunk of lineChunks(async () => pieces.shift(), LINE_BYTES_MAX)) {
      if (chunk.firstLine !== nextLine) throw new Error(`Line ${nextLine} is in no chunk.`)
      nextLine = chunk.nextLine
      const records = readOrRefuse(chunk)
      if (typeof records === 'string') {
        if (records === expected) return
        throw new Error(`In pieces the answer is ${records}, in one ${expected}.`)
      }
      read += records
    }
  } catch (error) {
    if (error instanceof LogError && error.code === 'RECORD_TOO_LARGE') return
    throw error
  }
  if (read !== expected) throw new Error(`In pieces there are ${read} records, in one ${expected}.`)
}

/** How many records, or what was refused, and in which line. */
function readOrRefuse(chunk: LineChunk): number | string {
  try {
    return readLines(chunk, { recordMaxBytes: LINE_BYTES_MAX, nowMs: 1 }).length
  } catch (error) {
    if (error instanceof LogError && REFUSALS.includes(error.code)) {
      return `${error.code} in line ${error.fields.line}`
    }
    throw error
  }
}

const REFUSALS: readonly string[] = ['INVALID_REQUEST', 'INVALID_RECORD', 'RECORD_TOO_LARGE']

function piecesOf(input: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < input.length;) {
    // A function of the bytes alone: the same input is the same case.
    const length = 1 + (((input[at] ?? 0) * 7 + at) % 40)
    pieces.push(input.subarray(at, at + length))
    at += length
  }
  return pieces
}

function lineCount(input: Buffer): number {
  let count = 1
  for (const byte of input) if (byte === 0x0a) count++
  return count
}

/** The records of a body, a line each. */
function inLines(body: string): Buffer {
  const parsed = JSON.parse(body) as { readonly records?: readonly unknown[] }
  const records = parsed.records ?? [parsed]
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
}
