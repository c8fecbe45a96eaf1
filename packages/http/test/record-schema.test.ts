import { RecordInput } from '@millrace/http-api/records'
import { LogError } from '@millrace/model/log-error'
import * as fc from 'fast-check'
import { Check } from 'typebox/value'
import { expect, test } from 'vitest'
import { readRecords } from '../src/record-json-reader.ts'

const text = fc.constantFrom('', 'a', 'é')
const base64 = fc.constantFrom('', 'AA==', 'AB==', 'a', '_w==')
const anything = fc.constantFrom(null, true, 1, -1, 1.5, 'a', [], {})
const headerFields = {
  name: fc.option(text, { nil: undefined }),
  value: fc.option(fc.oneof(text, anything), { nil: undefined }),
  valueBase64: fc.option(base64, { nil: undefined }),
}
const anyText = fc.oneof({ weight: 4, arbitrary: text }, anything)
const value = fc.oneof(
  fc.record({ value: anything }),
  fc.record({ valueText: anyText }),
  fc.record({ valueBase64: base64 }),
  fc.constant({}),
)
const key = fc.oneof(
  fc.constant({}),
  fc.record({ key: anyText }),
  fc.record({ keyBase64: base64 }),
  fc.record({ key: text, keyBase64: base64 }),
)
const headers = fc.oneof(
  fc.array(fc.record(headerFields), { maxLength: 2 }),
  fc.dictionary(text, fc.option(text)),
  anything,
)
const rest = fc.oneof(
  fc.constant({}),
  fc.record({ partition: fc.oneof(fc.nat(9), anything) }),
  fc.record({ timestamp: fc.oneof(fc.nat(), anything), offset: anything }),
  fc.record({ headers }),
  fc.record({ other: anything }),
)
const record = fc.tuple(value, key, rest).map((parts) => Object.assign({}, ...parts))

test('whatever is read as a record is one by the schema', () => {
  const counts = { read: 0, refused: 0 }
  fc.assert(
    fc.property(record, (written) => {
      const json = JSON.parse(JSON.stringify(written))
      if (isRead(json)) {
        counts.read++
        expect(Check(RecordInput, json)).toBe(true)
      } else {
        counts.refused++
      }
    }),
    { numRuns: 3000 },
  )
  expect(counts.read).toBeGreaterThan(300)
  expect(counts.refused).toBeGreaterThan(300)
})

test('a record by the schema that has one value, one key at most and whole headers is read', () => {
  const valid = fc.record(
    {
      partition: fc.nat(9),
      timestamp: fc.nat(),
      key: fc.option(text),
      valueText: text,
      headers: fc.array(fc.record({ name: text, value: fc.option(text) })),
    },
    { requiredKeys: ['valueText'] },
  )
  fc.assert(
    fc.property(valid, (written) => {
      expect(Check(RecordInput, written)).toBe(true)
      expect(isRead(written)).toBe(true)
    }),
  )
})

function isRead(written: unknown): boolean {
  try {
    readRecords(Buffer.from(JSON.stringify(written)), { recordMaxBytes: 1000, nowMs: 0 })
    return true
  } catch (error) {
    if (error instanceof LogError) return false
    throw error
  }
}
