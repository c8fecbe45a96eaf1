import type { LogRecord } from '@millrace/model/record'
import type { Offset } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeConfig,
  decodeMode,
  decodeReferences,
  decodeSchema,
  decodeSchemaRecord,
  decodeVersion,
  encodeSchema,
  encodeVersion,
  schemaKey,
  versionKey,
} from '../src/schema-record.ts'

const ids = fc.integer({ min: 1, max: 2 ** 31 - 1 })
const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })

function record(key: string, value: Uint8Array | null): LogRecord {
  return { key: Buffer.from(key), value, headers: [], timestamp: 1, offset: 0 as Offset }
}

test('a version is read back as it was written, under any name', () => {
  fc.assert(
    fc.property(names, ids, ids, fc.boolean(), (subject, version, id, isDeleted) => {
      const stored = { subject, version, id, isDeleted }
      const key = versionKey(subject, version)
      expect(key).toMatch(/^[\x20-\x7e]{1,1900}$/)
      expect(decodeVersion(key, encodeVersion(stored))).toEqual(stored)
    }),
  )
})

test('a schema is read back as it was written, and is found by its hash', () => {
  const references = [{ name: 'a.B', subject: 'b', version: 1, id: 3 }]
  const stored = { schema: '"x"', hash: 'ab', references, highest: 9 }
  const value = encodeSchema(stored)
  expect(decodeSchema(schemaKey(7), value)).toEqual(stored)
  const changes = decodeSchemaRecord(record(schemaKey(7), value))
  expect(changes.map(({ key }) => key)).toEqual([
    'schema 0000000007',
    'hash ab',
    'highest',
    'references 0000000007',
  ])
  expect(decodeReferences(changes[3]!.key, changes[3]!.value!)).toEqual({ id: 7, references })
})

test('what this version did not write is refused, whatever it is', () => {
  const fields = fc.dictionary(
    fc.constantFrom('version', 'id', 'deleted', 'schema', 'hash', 'references', 'highest', 'mode'),
    fc.jsonValue(),
  )
  const bytes = fc.oneof(
    fc.uint8Array(),
    fields.map((value) => Buffer.from(JSON.stringify({ ...value, version: 2 }))),
  )
  const refusal = expect.objectContaining({ code: 'CORRUPT_SEGMENT' })
  fc.assert(
    fc.property(bytes, (value) => {
      for (const decode of [decodeConfig, decodeMode, decodeSchema, decodeVersion]) {
        expect(() => decode('version s 0000000001', value)).toThrow(refusal)
      }
    }),
  )
})
