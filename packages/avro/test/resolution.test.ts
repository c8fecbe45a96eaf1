import { expect, test } from 'vitest'
import { AvroCodec } from '../src/avro-codec.ts'
import { type AvroSchema, parseSchema } from '../src/avro-schema.ts'
import { DatumFault } from '../src/datum-fault.ts'
import { Resolution } from '../src/resolution.ts'
import { SchemaFault } from '../src/schema-fault.ts'

function schemaOf(schema: unknown): AvroSchema {
  return parseSchema(JSON.stringify(schema))
}

function resolve(writer: unknown, reader: unknown, json: string): string {
  const bytes = AvroCodec.of(schemaOf(writer)).encodeJson(json)
  return new Resolution(schemaOf(writer), schemaOf(reader)).decodeToJson(bytes)
}

function enumOf(name: string, symbols: readonly string[], more: object = {}): object {
  return { type: 'enum', name, symbols, ...more }
}

function record(name: string, fields: readonly object[], more: object = {}): object {
  return { type: 'record', name, fields, ...more }
}

function decimal(precision: number, scale: number): object {
  return { type: 'bytes', logicalType: 'decimal', precision, scale }
}

const TIME = { type: 'long', logicalType: 'timestamp-millis' }
const A = { name: 'a', type: 'int' }
const B = { name: 'b', type: 'string' }
const RESTED = { ...A, aliases: ['x'] }

test.each([
  ['int', 'long', '5', '5'],
  ['int', 'float', '16777217', '16777216'],
  ['int', 'double', '5', '5'],
  ['long', 'float', '9007199254740993', '9007199000000000'],
  ['long', 'double', '9007199254740993', '9.007199254740992e+15'],
  ['float', 'double', '0.1', '0.10000000149011612'],
  ['string', 'bytes', '"ü"', '"w7w="'],
  ['bytes', 'string', '"w7w="', '"ü"'],
  ['int', TIME, '5', '"1970-01-01T00:00:00.005Z"'],
  [TIME, 'long', '5', '5'],
  [decimal(4, 2), decimal(6, 2), '"1.50"', '"1.50"'],
  [{ type: 'array', items: 'int' }, { type: 'array', items: 'double' }, '[1,2]', '[1,2]'],
  [
    { type: 'map', values: 'int' },
    { type: 'map', values: TIME },
    '{"a":0}',
    '{"a":"1970-01-01T00:00:00Z"}',
  ],
  ['int', ['null', 'long'], '5', '5'],
  ['int', ['long', 'int'], '5', '5'],
  ['int', ['string', 'double', 'long'], '5', '{"double":5}'],
  [['null', 'int'], ['long', 'null'], 'null', 'null'],
  [['null', 'int'], 'int', '5', '5'],
  [['int', 'long'], ['int', 'long'], '{"long":5}', '{"long":5}'],
  [enumOf('x.E', ['A', 'B']), enumOf('y.E', ['B', 'A']), '"B"', '"B"'],
  [enumOf('E', ['A', 'B']), enumOf('E', ['A'], { default: 'A' }), '"B"', '"A"'],
  [record('x.R', [A]), record('y.R', [A]), '{"a":1}', '{"a":1}'],
  [record('x.R', [A]), record('S', [A], { aliases: ['x.R'] }), '{"a":1}', '{"a":1}'],
  [record('R', [A, B]), record('R', [B, A]), '{"a":1,"b":"x"}', '{"b":"x","a":1}'],
  [record('R', [A, B]), record('R', [B]), '{"a":1,"b":"x"}', '{"b":"x"}'],
  [record('R', [A, B]), record('R', []), '{"a":1,"b":"x"}', '{}'],
  [record('R', [A]), record('R', [A, { ...B, default: 'd' }]), '{"a":1}', '{"a":1,"b":"d"}'],
  [record('R', [{ name: 'x', type: 'int' }]), record('R', [RESTED]), '{"x":1}', '{"a":1}'],
])('%j read as %j: %s is %s', (writer, reader, json, resolved) => {
  expect(resolve(writer, reader, json)).toBe(resolved)
})

test.each([
  ['string', 'int', '', 'string cannot be read as int'],
  ['long', 'int', '', 'long cannot be read as int'],
  [decimal(4, 2), decimal(4, 1), '', 'decimal(4, 2) cannot be read as decimal(4, 1)'],
  [decimal(6, 2), decimal(4, 2), '', 'decimal(6, 2) cannot be read as decimal(4, 2)'],
  [record('R', [A]), record('S', [A]), '', 'neither its name nor one of its aliases'],
  [record('R', [A]), record('R', [A, B]), '/fields/1', 'has no field b'],
  [
    record('R', [A]),
    record('R', [{ ...A, type: 'string' }]),
    '/fields/0/type',
    'int cannot be read',
  ],
  [record('R', [A, { ...A, name: 'x' }]), record('R', [RESTED]), '/fields/0/aliases', 'a, x'],
  [{ type: 'array', items: 'string' }, { type: 'array', items: 'int' }, '/items', 'string cannot'],
  [{ type: 'map', values: 'string' }, { type: 'map', values: 'int' }, '/values', 'string cannot'],
  ['int', ['null', 'string'], '', 'No branch of the union reads int'],
  [['null', 'string'], 'int', '', 'null cannot be read as int'],
  [enumOf('E', ['A']), enumOf('E', ['B']), '', 'no symbol of E'],
  [
    { type: 'fixed', name: 'F', size: 1 },
    { type: 'fixed', name: 'F', size: 2 },
    '',
    '2 bytes are not 1',
  ],
])('%j is never read as %j', (writer, reader, path, reason) => {
  let fault: unknown
  try {
    expect(new Resolution(schemaOf(writer), schemaOf(reader))).toBeUndefined()
  } catch (error) {
    fault = error
  }
  expect(fault).toBeInstanceOf(SchemaFault)
  expect(fault).toMatchObject({ path, message: expect.stringContaining(reason) })
})

test.each([
  [['null', 'string'], 'string', 'null', '', 'nothing for null'],
  [enumOf('E', ['A', 'B']), enumOf('E', ['A']), '"B"', '', "B is no symbol of the reader's E"],
  ['bytes', 'string', '"/w=="', '', 'not UTF-8'],
  [
    { type: 'array', items: record('R', [{ name: 'a', type: ['null', 'int'] }]) },
    { type: 'array', items: record('R', [{ name: 'a', type: 'int' }]) },
    '[{"a":1},{"a":null}]',
    '/1/a',
    'nothing for null',
  ],
])('%j read as %j: %s has no place', (writer, reader, json, path, reason) => {
  let fault: unknown
  try {
    resolve(writer, reader, json)
  } catch (error) {
    fault = error
  }
  expect(fault).toBeInstanceOf(DatumFault)
  expect(fault).toMatchObject({ path, message: expect.stringContaining(reason) })
})

test('records that recur are read at every depth', () => {
  const writer = record('Node', [A, { name: 'next', type: ['null', 'Node'] }])
  const reader = record('Node', [
    { name: 'next', type: ['null', 'Node'] },
    { name: 'seen', type: 'boolean', default: false },
  ])
  const json = '{"a":1,"next":{"a":2,"next":null}}'
  expect(resolve(writer, reader, json)).toBe('{"next":{"next":null,"seen":false},"seen":false}')
})

test('circles of records, whose pairs come round only after very many, are resolved', () => {
  const circle = (length: number) => {
    const chain = Array.from({ length }, (_, index) => ({
      name: `n${index}.R`,
      text: JSON.stringify(record(`n${index}.R`, [{ name: 'next', type: nextOf(index) }])),
    }))
    const first = { name: 'next', type: ['null', `n${length - 1}.R`] }
    return parseSchema(JSON.stringify(record('R', [first])), chain)
  }
  const nextOf = (index: number) => (index === 0 ? 'null' : ['null', `n${index - 1}.R`])
  const [writer, reader] = [circle(250), circle(249)]
  const json = '{"next":{"next":{"next":null}}}'
  const bytes = AvroCodec.of(writer).encodeJson(json)
  expect(new Resolution(writer, reader).decodeToJson(bytes)).toBe(json)
})
