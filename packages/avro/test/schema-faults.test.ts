import { expect, test } from 'vitest'
import { AvroCodec } from '../src/avro-codec.ts'
import { type NamedSchemaText, parseSchema } from '../src/avro-schema.ts'
import { SchemaFault } from '../src/schema-fault.ts'

function faultOf(text: string, references: readonly NamedSchemaText[] = []): SchemaFault {
  try {
    parseSchema(text, references)
  } catch (error) {
    if (error instanceof SchemaFault) return error
    throw error
  }
  throw new Error('Nothing was wrong with it.')
}

function record(...fields: readonly unknown[]): unknown {
  return { type: 'record', name: 'R', fields }
}

function field(type: unknown, value: unknown): unknown {
  return { name: 'a', type, default: value }
}

const A_FIELD = { name: 'a', type: 'int' }

test.each([
  ['null', null, '', 'not null'],
  ['a number', 5, '', 'not 5'],
  ['an unknown type', record({ name: 'a', type: 'money' }), '/fields/0/type', 'called "money"'],
  ['no type', { name: 'R' }, '', 'The type is missing'],
  ['a type that is no name', { type: { type: 'int' } }, '/type', 'not a name'],
  ['no fields', { type: 'record', name: 'R' }, '/fields', 'missing'],
  ['a field that is a name', record('a'), '/fields/0', 'A field is an object'],
  ['a field without a type', record({ name: 'a' }), '/fields/0', 'type'],
  ['two fields of one name', record(A_FIELD, A_FIELD), '/fields/1/name', 'two fields called a'],
  ['a bad field name', record({ name: '1a', type: 'int' }), '/fields/0/name', '"1a" is not a name'],
  ['an unknown order', record({ ...A_FIELD, order: 'up' }), '/fields/0/order', 'ascending'],
  ['a bad name', { type: 'enum', name: 'a..b', symbols: ['A'] }, '/name', 'not a name'],
  [
    'a bad namespace',
    { type: 'fixed', name: 'F', namespace: 'a-b', size: 1 },
    '/namespace',
    'not a name',
  ],
  ['a type called int', { type: 'fixed', name: 'int', size: 1 }, '/name', 'Avro has one'],
  [
    'a bad alias',
    { type: 'fixed', name: 'F', aliases: ['a b'], size: 1 },
    '/aliases/0',
    'not a name',
  ],
  [
    'a type defined twice',
    ['null', record({ name: 'a', type: { type: 'fixed', name: 'R', size: 1 } })],
    '/1/fields/0/type/name',
    'already defined',
  ],
  ['no symbols', { type: 'enum', name: 'E', symbols: [] }, '/symbols', 'at least one'],
  ['a symbol twice', { type: 'enum', name: 'E', symbols: ['A', 'A'] }, '/symbols/1', 'A twice'],
  ['a bad symbol', { type: 'enum', name: 'E', symbols: ['A-B'] }, '/symbols/0', 'not a name'],
  [
    'an enum default of none of its symbols',
    { type: 'enum', name: 'E', symbols: ['A'], default: 'B' },
    '/default',
    'none of the symbols',
  ],
  ['a size below 0', { type: 'fixed', name: 'F', size: -1 }, '/size', 'number of bytes'],
  ['no size', { type: 'fixed', name: 'F' }, '/size', 'number of bytes'],
  ['no items', { type: 'array' }, '', 'items'],
  ['an empty union', { type: 'array', items: [] }, '/items', 'at least one branch'],
  ['a union in a union', ['null', ['int']], '/1', 'not itself a branch'],
  ['a branch twice', ['int', { type: 'int', logicalType: 'date' }], '/1', 'int twice'],
  [
    'two arrays',
    [
      { type: 'array', items: 'int' },
      { type: 'array', items: 'long' },
    ],
    '/1',
    'array twice',
  ],
  ['a named branch twice', [record(), 'R'], '/1', 'R twice'],
  ['a default of another type', record(field('int', 'x')), '/fields/0/default', '32 bits'],
  ['an int default with a fraction', record(field('int', 1.5)), '/fields/0/default', '32 bits'],
  [
    'a long default that is too large',
    record(field('int', 2 ** 31)),
    '/fields/0/default',
    '32 bits',
  ],
  ['a null default of what is not', record(field('string', null)), '/fields/0/default', 'a string'],
  ['a default of no branch', record(field(['null', 'int'], 'x')), '/fields/0/default', 'null'],
  [
    'a default that is no symbol',
    record(field({ type: 'enum', name: 'E', symbols: ['A'] }, 'B')),
    '/fields/0/default',
    'symbols',
  ],
  [
    'a default with letters that are no bytes',
    record(field('bytes', '\u0100')),
    '/fields/0/default',
    'U+00FF',
  ],
  [
    'a default of another size',
    record(field({ type: 'fixed', name: 'F', size: 2 }, 'a')),
    '/fields/0/default',
    '2 letters',
  ],
  [
    'a bad item of a default',
    record(field({ type: 'array', items: 'int' }, ['x'])),
    '/fields/0/default',
    '32 bits',
  ],
  [
    'a default without a field',
    record(field({ type: 'record', name: 'S', fields: [A_FIELD] }, {})),
    '/fields/0/default/a',
    'missing',
  ],
  [
    'a default that goes on for ever',
    record({ name: 'r', type: ['R', 'null'], default: {} }),
    '/fields/0/default',
    'deeper than',
  ],
  [
    'a record that is its own field',
    record({ name: 'r', type: 'R' }),
    '',
    'always contains itself',
  ],
  [
    'records in a circle',
    record({
      name: 's',
      type: { type: 'record', name: 'S', fields: [{ name: 'r', type: ['R', 'S'] }] },
    }),
    '',
    'always contains itself',
  ],
])('%s is refused, and where', (_what, schema, path, problem) => {
  const fault = faultOf(JSON.stringify(schema))
  expect(fault.message).toContain(problem)
  expect(fault.path).toMatch(new RegExp(`^${path}(/r)*$`))
})

test.each([
  ['a long', '9007199254740993', 'not 9007199254740993'],
  [
    'a name that is a long',
    '{"type":"record","name":"R","namespace":9007199254740993}',
    '9007199254740993 is not a name',
  ],
  ['no JSON', '{"type":', 'not JSON'],
  ['too much', `{"type":"int","doc":"${'x'.repeat(1024 * 1024)}"}`, 'more than 1048576 bytes'],
  [
    'types too deep',
    `${'{"type":"array","items":'.repeat(65)}"int"${'}'.repeat(65)}`,
    'deeper than 64 types',
  ],
  [
    'JSON too deep',
    `{"type":"int","doc":${'['.repeat(300_000)}${']'.repeat(300_000)}}`,
    'levels of JSON',
  ],
  [
    'too many digits',
    '{"type":"bytes","logicalType":"decimal","precision":1001}',
    'at most 1000 digits',
  ],
])('%s is refused', (_what, text, problem) => {
  expect(faultOf(text).message).toContain(problem)
})

test('more than 2,000 named types are refused', () => {
  const types = (count: number): string =>
    JSON.stringify(
      Array.from({ length: count }, (_, at) => ({ type: 'fixed', name: `F${at}`, size: 1 })),
    )
  expect(() => parseSchema(types(2_000))).not.toThrow()
  expect(faultOf(types(2_001)).message).toContain('more than 2000 named types')
})

test('a chain of records that ends is read, however long it is', () => {
  const fields = Array.from({ length: 1_500 }, (_, at) => ({
    name: `f${at}`,
    type: {
      type: 'record',
      name: `N${at}`,
      fields: at === 0 ? [] : [{ name: 'inner', type: `N${at - 1}` }],
    },
  }))
  expect(() => AvroCodec.of(parseSchema(JSON.stringify(record(...fields))))).not.toThrow()
})

test('a default that is tried branch by branch does not take for ever', () => {
  const one = { name: 'r', type: ['null', 'A', 'B'] }
  const two = { type: 'record', name: 'B', fields: [one] }
  const three = { type: 'record', name: 'A', fields: [{ name: 'r', type: ['null', 'A', two] }] }
  let value: unknown = 'none of them'
  for (let level = 0; level < 40; level++) value = { r: value }
  const fault = faultOf(JSON.stringify(record(field(three, value))))
  expect(fault.message).toContain('too many values')
})

test('the first branch that a default fits is taken', () => {
  const codec = AvroCodec.of(parseSchema(JSON.stringify(record(field(['null', 'string'], 'x')))))
  expect(codec.decodeToJson(codec.encodeJson('{}'))).toBe('{"a":"x"}')
})

test('logical types that are unknown, or not as they should be, are as if they were not there', () => {
  for (const attributes of [
    { logicalType: 'money' },
    { logicalType: 'decimal' },
    { logicalType: 'decimal', precision: 2, scale: 3 },
    { logicalType: 'date' },
    { logicalType: 5 },
  ]) {
    const codec = AvroCodec.of(parseSchema(JSON.stringify({ type: 'bytes', ...attributes })))
    expect(codec.decodeToJson(codec.encodeJson('"YWI="'))).toBe('"YWI="')
  }
})

test('names are found in the namespace around them, and in none', () => {
  const schema = {
    type: 'record',
    name: 'Outer',
    namespace: 'a.b',
    aliases: ['Old', 'c.Older'],
    fields: [
      { name: 'one', type: { type: 'fixed', name: 'Id', size: 1 } },
      { name: 'two', type: 'Id' },
      { name: 'three', type: { type: 'a.b.Id' } },
      { name: 'four', type: 'Alone' },
    ],
  }
  const alone = { name: 'Alone', text: '{"type":"fixed","name":"Alone","size":1}' }
  expect(parseSchema(JSON.stringify(schema), [alone]).root).toMatchObject({
    name: 'a.b.Outer',
    aliases: ['a.b.Old', 'c.Older'],
    fields: ['a.b.Id', 'a.b.Id', 'a.b.Id', 'Alone'].map((name) => ({ type: { name } })),
  })
})

test('a reference that is missing, or in a circle, is told by its name', () => {
  const one = { name: 'One', text: '{"type":"array","items":"Two"}' }
  const two = {
    name: 'Two',
    text: '{"type":"record","name":"Two","fields":[{"name":"a","type":"One"}]}',
  }
  expect(faultOf('"Two"').message).toContain('No type is called "Two"')
  expect(faultOf('"Two"', [one, two])).toMatchObject({
    message: expect.stringContaining('In the reference to One: No type is called "Two"'),
    path: '/items',
  })
  expect(faultOf('"int"', [{ name: 'Other', text: '"int"' }]).message).toContain(
    'The reference to Other does not define a type of this name',
  )
})
