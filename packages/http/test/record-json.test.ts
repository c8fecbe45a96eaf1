import type { Offset } from '@millrace/model/offset'
import type { LogRecord } from '@millrace/model/record'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteBuilder } from '../src/byte-builder.ts'
import { readRecord } from '../src/record-json-reader.ts'
import { type RecordFormat, writeRecord } from '../src/record-json-writer.ts'

const READING = { recordMaxBytes: 1 << 20, nowMs: 5 }

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.json({ maxDepth: 4 }).map((json) => new Uint8Array(Buffer.from(json))),
  fc
    .constantFrom('null', ' null', '1 ', '"a"', '', '\ufeff1', '1e400', '[1, 2]', '{"a":1,"a":2}')
    .map((text) => new Uint8Array(Buffer.from(text))),
)
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 10 })

const record: fc.Arbitrary<LogRecord> = fc.record({
  offset: fc.maxSafeNat().map((offset) => offset as Offset),
  timestamp: fc.maxSafeNat(),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.record({ name: wellFormed, value: fc.option(bytes) }), { maxLength: 3 }),
})

describe('a record written as JSON', () => {
  test('is read back byte for byte, in every format', () => {
    fc.assert(
      fc.property(
        record,
        fc.constantFrom<RecordFormat>('json', 'text', 'base64'),
        (written, format) => {
          const { partition, ...read } = readBack(written, format)
          expect(partition).toBe(7)
          expect(plain(read)).toEqual(plain({ ...written }))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('is JSON on one line, with partition, offset, timestamp, key, value and headers', () => {
    fc.assert(
      fc.property(record, (written) => {
        const line = asJson(written, 'json')
        expect(line).not.toMatch(/[\r\n]/)
        const parsed = JSON.parse(line)
        expect(parsed).toMatchObject({ partition: 7, offset: written.offset })
        expect(parsed).toHaveProperty('timestamp', written.timestamp)
        expect(parsed.headers).toHaveLength(written.headers.length)
      }),
    )
  })

  test('has line breaks between the tokens of its value as spaces', () => {
    const line = asJson(recordOf('{\r\n  "a": [1,\n2]\n}'), 'json')
    expect(line).toContain('"value":{    "a": [1, 2] }')
  })

  test.each([
    ['json', '{"total":12345678901234567890.10}', '"value":{"total":12345678901234567890.10}'],
    ['json', '"text"', '"value":"text"'],
    ['json', 'null', '"valueText":"null"'],
    ['json', ' 1', '"valueText":" 1"'],
    ['json', '1\n', '"valueText":"1\\n"'],
    ['json', 'plain text', '"valueText":"plain text"'],
    ['json', '', '"valueText":""'],
    ['text', '{"a":1}', '"valueText":"{\\"a\\":1}"'],
    ['base64', '{"a":1}', '"valueBase64":"eyJhIjoxfQ=="'],
  ] as const)('as %s shows %j as %s', (format, value, shown) => {
    expect(asJson(recordOf(value), format)).toContain(shown)
  })

  test('shows bytes that are no UTF-8 as base64, a tombstone as null, no key as null', () => {
    const binary = { ...recordOf(''), value: Uint8Array.of(0xff, 0x00), key: Uint8Array.of(0xfe) }
    expect(asJson(binary, 'json')).toContain('"keyBase64":"/g==","valueBase64":"/wA="')
    expect(asJson({ ...binary, value: null, key: null }, 'json')).toContain(
      '"key":null,"value":null',
    )
  })

  test('shows a value that nests deeper than may be sent as text', () => {
    const deep = '['.repeat(65) + ']'.repeat(65)
    expect(asJson(recordOf(deep), 'json')).toContain('"valueText":"[[[')
  })
})

function recordOf(value: string): LogRecord {
  return { offset: 1 as Offset, timestamp: 2, key: null, value: Buffer.from(value), headers: [] }
}

function asJson(written: LogRecord, format: RecordFormat): string {
  const builder = new ByteBuilder()
  writeRecord(builder, 7, written, { format })
  return builder.take().toString()
}

function readBack(written: LogRecord, format: RecordFormat) {
  const line = Buffer.from(asJson(written, format))
  return readRecord(line, { from: 0, end: line.length }, READING)
}

/** Buffers and typed arrays of the same bytes, made equal; the offset is not read back. */
function plain(content: Omit<LogRecord, 'offset'> & { offset?: Offset }) {
  const hex = (part: Uint8Array | null) =>
    part === null ? null : Buffer.from(part).toString('hex')
  return {
    key: hex(content.key),
    value: hex(content.value),
    timestamp: content.timestamp,
    headers: content.headers.map(({ name, value }) => [name, hex(value)]),
  }
}
