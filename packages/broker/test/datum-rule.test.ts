import { SchemaFault } from '@millrace/avro/schema-fault'
import { expect, test } from 'vitest'
import { DatumRule } from '../src/datum-rule.ts'
import { Misfit } from '../src/misfit.ts'
import { namedSchema } from '../src/named-schema.ts'
import { failure } from './open-broker.ts'

/** One version, which an earlier Millrace took and this one does not read. */
const UNREADABLE = {
  findVersion: () => ({ id: 1, version: 1 }),
  hasId: () => true,
  parsed: (): never => {
    throw new SchemaFault('It nests too deep.', '/fields/0')
  },
}

test('a schema that cannot be read any more is told of, to those who encode, check or read with it', () => {
  const setting = { subject: 's', onMisfit: 'reject' } as const
  const rule = new DatumRule(UNREADABLE, 'value', setting, undefined)
  expect(() => rule.encode('1')).toThrow(failure('UNKNOWN_SCHEMA', { subject: 's' }))
  expect(() => rule.check(Uint8Array.of(0, 0, 0, 0, 1, 2))).toThrow(Misfit)
  expect(() => rule.check(Uint8Array.of(0, 0, 0, 0, 1, 2))).toThrow(
    /cannot be read any more: It nests too deep/,
  )
  expect(() => namedSchema(UNREADABLE, { subject: 's', version: 'latest' })).toThrow(
    /s@1 cannot be read any more: It nests too deep/,
  )
})
