import { arbitraryAvroSchema, arbitraryDatum } from '@millrace/testing/arbitrary-avro'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AvroSchema, parseSchema } from '../src/avro-schema.ts'
import { AvroCodec } from '../src/avro-codec.ts'
import { DatumFault } from '../src/datum-fault.ts'

const RUNS = { numRuns: 500 }

test('JSON as bytes is what the same JSON is as text, however it is spaced', () => {
  fc.assert(
    fc.property(arbitraryDatum(), fc.constantFrom('', ' ', '\t', '\r\n'), (datum, space) => {
      const json = AvroCodec.of(datum.schema).decodeToJson(datum.bytes)
      const text = json.replaceAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, `${space}$&${space}`)
      expect(outcome(datum.schema, Buffer.from(text)), text).toEqual(outcome(datum.schema, text))
    }),
    RUNS,
  )
})

test('so it is with a letter changed, added or left out', () => {
  const letters = fc.constantFrom(...Array.from('{}[],:"\\ 0123456789.-+eEnulltruefalse\u0001ü'))
  const change = fc.tuple(fc.nat(), fc.constantFrom(0, 1), fc.option(letters))
  fc.assert(
    fc.property(arbitraryDatum(), change, ({ bytes, schema }, [place, taken, letter]) => {
      const json = AvroCodec.of(schema).decodeToJson(bytes)
      const at = place % json.length
      const text = `${json.slice(0, at)}${letter ?? ''}${json.slice(at + taken)}`
      // Half of a letter is none that bytes could have.
      fc.pre(text.isWellFormed())
      expect(outcome(schema, Buffer.from(text)), text).toEqual(outcome(schema, text))
    }),
    RUNS,
  )
})

test('so it is with any JSON', () => {
  fc.assert(
    fc.property(arbitraryAvroSchema(), fc.json({ maxDepth: 5 }), (schema, text) => {
      expect(outcome(schema, Buffer.from(text)), text).toEqual(outcome(schema, text))
    }),
    RUNS,
  )
})

test.each([
  '{"a":1,"b":"x"}',
  '{"b":"x","a":1}',
  '{"a":1,"b":"x","a":2}',
  '{"a":1,"a":2}',
  '{"b":"x"}',
  '{}',
  '{"a":1,"c":0}',
  '{"a":1}}',
  '{"a":1,}',
  '{,"a":1}',
  '{"a":01}',
  '{"a":-}',
  '{"a":- 1}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":-0}',
  '{"a":-0.00}',
  '{"a":0.1}',
  '{"a":123456789.012345}',
  '{"a":1234567890.123456789}',
  '{"a":1e2}',
  '{"a":999999999999999}',
  '{"a":1,"b":{"x":1}}',
  '{"a":1,"b":{"y":1}}',
  '{"a":1,"b":null}',
  '{"a":1,"b":"\u007f"}',
])('a record in JSON as bytes is as it is as text: %s', (text) => {
  for (const type of ['int', 'long', 'float', 'double']) {
    const inner = { type: 'record', name: 'x', fields: [{ name: 'x', type: 'int' }] }
    const fields = [
      { name: 'a', type, default: 0 },
      { name: 'b', type: ['string', 'null', inner], default: 'y' },
    ]
    const schema = schemaOf({ type: 'record', name: 'R', fields })
    expect(outcome(schema, Buffer.from(text)), type).toEqual(outcome(schema, text))
  }
})

test.each([0, 1, 63, 64, 65, 8191, 8192, 8193])('an array of %s items is one block', (count) => {
  const schema = schemaOf({ type: 'array', items: 'string' })
  const items = Array.from({ length: count }, (_, index) => `item ${index}`)
  const text = JSON.stringify(items)
  expect(outcome(schema, Buffer.from(text))).toEqual(outcome(schema, text))
  expect(AvroCodec.of(schema).decode(AvroCodec.of(schema).encodeJson(Buffer.from(text)))).toEqual(
    items,
  )
})

test('records within themselves, too deep, and with a map, are as they are as text', () => {
  const next = { name: 'next', type: ['null', 'Node'], default: null }
  const values = { name: 'map', type: { type: 'map', values: 'int' } }
  for (const fields of [[next], [next, values]]) {
    const schema = schemaOf({ type: 'record', name: 'Node', fields })
    for (const depth of [1, 5, 63, 64, 65, 100]) {
      const map = fields.length > 1 ? ',"map":{"a":1,"a":2}' : ''
      const text = `${'{"next":'.repeat(depth)}null${`${map}}`.repeat(depth)}`
      expect(outcome(schema, Buffer.from(text))).toEqual(outcome(schema, text))
    }
  }
})

function schemaOf(json: object): AvroSchema {
  return parseSchema(JSON.stringify(json))
}

function outcome(schema: AvroSchema, json: Uint8Array | string): unknown {
  try {
    return Buffer.from(AvroCodec.of(schema).encodeJson(json)).toString('hex')
  } catch (error) {
    if (error instanceof DatumFault) return { path: error.path, message: error.message }
    throw error
  }
}
