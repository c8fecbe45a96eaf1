import { expect, test } from 'vitest'
import { parseSchema } from '../src/avro-schema.ts'
import { checkCompatibility } from '../src/compatibility.ts'
import type { Json } from '../src/schema-json.ts'

/** Each reason in one line: its type, its path, what exactly. */
function reasons(reader: Json, writer: Json): readonly string[] {
  return checkCompatibility(schema(reader), schema(writer)).map(
    ({ type, path, detail }) => `${type} ${path} ${detail}`,
  )
}

function schema(json: Json): ReturnType<typeof parseSchema> {
  return parseSchema(JSON.stringify(json))
}

const enumOf = (symbols: string[], more = {}): Json => ({
  type: 'enum',
  name: 'E',
  symbols,
  ...more,
})
const fixedOf = (size: number, more = {}): Json => ({ type: 'fixed', name: 'F', size, ...more })
const recordOf = (...fields: Json[]): Json => ({ type: 'record', name: 'R', fields })
const int = { name: 'i', type: 'int' }

test.each<[string, Json, Json]>([
  ['the same', recordOf(int), recordOf(int)],
  ['an int read as a long', 'long', 'int'],
  ['an int read as a float', 'float', 'int'],
  ['a long read as a float', 'float', 'long'],
  ['a float read as a double', 'double', 'float'],
  ['text read as bytes', 'bytes', 'string'],
  ['bytes read as text', 'string', 'bytes'],
  [
    'an array, its items promoted',
    { type: 'array', items: 'long' },
    { type: 'array', items: 'int' },
  ],
  [
    'a map, its values promoted',
    { type: 'map', values: 'bytes' },
    { type: 'map', values: 'string' },
  ],
  ['more symbols', enumOf(['A', 'B']), enumOf(['B'])],
  ['fewer symbols and a default', enumOf(['A'], { default: 'A' }), enumOf(['A', 'B'])],
  [
    'fields in another order',
    recordOf(int, { name: 'j', type: 'int' }),
    recordOf({ name: 'j', type: 'int' }, int),
  ],
  ['a field less', recordOf(int), recordOf(int, { name: 'j', type: 'int' })],
  ['a field more, with a default', recordOf({ ...int, default: 0 }), recordOf()],
  [
    'a field more, with null as its default',
    recordOf({ name: 'n', type: ['null', 'int'], default: null }),
    recordOf(),
  ],
  [
    'a field renamed, the old name kept as an alias',
    recordOf({ ...int, name: 'k', aliases: ['i'] }),
    recordOf(int),
  ],
  [
    'a record renamed, the old name kept as an alias',
    { type: 'record', name: 'S', aliases: ['R'], fields: [] },
    recordOf(),
  ],
  [
    'another namespace',
    { type: 'record', name: 'b.R', fields: [] },
    { type: 'record', name: 'a.R', fields: [] },
  ],
  [
    'an alias in the namespace of a dotted name',
    { type: 'fixed', name: 'a.G', aliases: ['F'], size: 1 },
    { type: 'fixed', name: 'a.F', size: 1 },
  ],
  ['nullable from now on', ['null', 'int'], 'int'],
  ['a wider union, in another order', ['string', 'long', 'null'], ['null', 'int']],
  ['a union of what one type reads', 'double', ['int', 'long', 'float']],
  ['an error read as a record', recordOf(int), { type: 'error', name: 'R', fields: [int] }],
  ['a logical type taken off', 'long', { type: 'long', logicalType: 'timestamp-millis' }],
  ['a decimal of more digits', decimal(9, 2), decimal(5, 2)],
  ['a decimal read as its bytes', 'bytes', decimal(5, 2)],
])('%s: goes together', (_what, reader, writer) => {
  expect(reasons(reader, writer)).toEqual([])
})

test.each<[string, Json, Json, readonly string[]]>([
  [
    'a long read as an int',
    'int',
    'long',
    ['TYPE_MISMATCH / reader type: INT not compatible with writer type: LONG'],
  ],
  [
    'text read as a number',
    recordOf(int),
    recordOf({ ...int, type: 'string' }),
    ['TYPE_MISMATCH /fields/0/type reader type: INT not compatible with writer type: STRING'],
  ],
  [
    'an array read as a map',
    { type: 'map', values: 'int' },
    { type: 'array', items: 'int' },
    ['TYPE_MISMATCH / reader type: MAP not compatible with writer type: ARRAY'],
  ],
  [
    'inside of arrays and maps',
    { type: 'array', items: { type: 'map', values: 'int' } },
    { type: 'array', items: { type: 'map', values: 'string' } },
    ['TYPE_MISMATCH /items/values reader type: INT not compatible with writer type: STRING'],
  ],
  [
    'symbols that the reader has not',
    enumOf(['A']),
    enumOf(['C', 'A', 'B']),
    ['MISSING_ENUM_SYMBOLS /symbols [B, C]'],
  ],
  ['another size', fixedOf(4), fixedOf(8), ['FIXED_SIZE_MISMATCH /size expected: 8, found: 4']],
  [
    'another name',
    fixedOf(4, { name: 'a.G' }),
    fixedOf(4, { name: 'a.F' }),
    ['NAME_MISMATCH /name expected: a.F'],
  ],
  [
    'two fields more, one without a default',
    recordOf(int, { name: 'j', type: 'int', default: 1 }),
    recordOf(),
    ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/0 i'],
  ],
  [
    'no longer nullable',
    recordOf(int),
    recordOf({ ...int, type: ['null', 'int'] }),
    ['TYPE_MISMATCH /fields/0/type/0 reader type: INT not compatible with writer type: NULL'],
  ],
  [
    'a branch less',
    ['null', 'int'],
    ['null', 'int', 'string'],
    ['MISSING_UNION_BRANCH /2 reader union lacking writer type: STRING'],
  ],
  [
    'none of the branches',
    ['null', 'string'],
    'int',
    ['MISSING_UNION_BRANCH / reader union lacking writer type: INT'],
  ],
  [
    'a decimal of another scale',
    decimal(5, 1),
    decimal(5, 2),
    ['TYPE_MISMATCH / reader type: DECIMAL(5, 1) not compatible with writer type: DECIMAL(5, 2)'],
  ],
  [
    'a decimal of fewer digits',
    decimal(4, 2),
    decimal(5, 2),
    ['TYPE_MISMATCH / reader type: DECIMAL(4, 2) not compatible with writer type: DECIMAL(5, 2)'],
  ],
  [
    'a field that is two of the writer’s',
    recordOf({ ...int, aliases: ['j'] }),
    recordOf(int, { ...int, name: 'j' }),
    ["NAME_MISMATCH /fields/0/aliases several fields of the writer are 'i': i, j"],
  ],
])('%s: does not', (_what, reader, writer, expected) => {
  expect(reasons(reader, writer)).toEqual(expected)
})

function decimal(precision: number, scale: number): Json {
  return { type: 'bytes', logicalType: 'decimal', precision, scale }
}
