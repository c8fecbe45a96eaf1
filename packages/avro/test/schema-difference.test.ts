import { expect, test } from 'vitest'
import { schemaDifference } from '../src/schema-difference.ts'
import type { Json } from '../src/schema-json.ts'

/** Each change in one line. */
function difference(before: Json, after: Json): readonly string[] {
  const changes = schemaDifference(
    { text: JSON.stringify(before) },
    { text: JSON.stringify(after) },
  )
  return changes.map(({ path, kind, what, from, to }) => {
    const words = [from, to].filter((one) => one !== undefined).join(' -> ')
    return `${path}: ${what} ${kind}: ${words}`
  })
}

const record = (...fields: Json[]): Json => ({ type: 'record', name: 'R', fields })
const field = (type: Json, more = {}): Json => record({ name: 'f', type, ...more })
const enumOf = (...symbols: string[]): Json => ({ type: 'enum', name: 'E', symbols })

test.each<[string, Json, Json, readonly string[]]>([
  [
    'nothing',
    field('int'),
    { fields: [{ type: { type: 'int' }, name: 'f' }], name: 'R', type: 'record' },
    [],
  ],
  [
    'a field with a default',
    record(),
    field('int', { default: 1 }),
    ['f: field added: int, default 1'],
  ],
  [
    'a field without one',
    record(),
    field(['null', 'string']),
    ['f: field added: null | string, no default'],
  ],
  ['a field less', field('int'), record(), ['f: field removed: int, no default']],
  [
    'a field renamed',
    field('int'),
    record({ name: 'g', type: 'int', aliases: ['f'] }),
    ['g: name changed: f -> g', 'g: alias added: f'],
  ],
  ['a type', field('int'), field('long'), ['f: type changed: int -> long']],
  [
    'a type that is nullable now',
    field('int'),
    field(['null', 'int']),
    ['f: type changed: int -> null | int'],
  ],
  [
    'a branch more and one less',
    field(['null', 'int']),
    field(['null', 'string']),
    ['f: branch added: string', 'f: branch removed: int'],
  ],
  [
    'the order of branches',
    field(['null', 'int']),
    field(['int', 'null']),
    ['f: order of branches changed: null | int -> int | null'],
  ],
  [
    'a default',
    field('int', { default: 1 }),
    field('int', { default: 2 }),
    ['f: default changed: 1 -> 2'],
  ],
  ['a default less', field('int', { default: 1 }), field('int'), ['f: default removed: 1']],
  ['a doc', field('int', { doc: 'a' }), field('int', { doc: 'b' }), ['f: doc changed: "a" -> "b"']],
  [
    'an attribute',
    { type: 'array', items: 'int', x: 1 },
    { type: 'array', items: 'int', x: 2 },
    [': x changed: 1 -> 2'],
  ],
  [
    'symbols',
    field(enumOf('A', 'B')),
    field(enumOf('B', 'C')),
    ['f: symbol added: C', 'f: symbol removed: A'],
  ],
  [
    'the order of branches of one name',
    [fixed('a.F'), fixed('b.F')],
    [fixed('b.F'), fixed('a.F')],
    [': order of branches changed: a.F | b.F -> b.F | a.F'],
  ],
  [
    'the order of symbols',
    enumOf('A', 'B'),
    enumOf('B', 'A'),
    [': order of symbols changed: A, B -> B, A'],
  ],
  [
    'a size',
    { type: 'fixed', name: 'F', size: 1 },
    { type: 'fixed', name: 'F', size: 2 },
    [': size changed: 1 bytes -> 2 bytes'],
  ],
  [
    'a name',
    { type: 'fixed', name: 'F', size: 1 },
    { type: 'fixed', name: 'a.F', size: 1 },
    [': name changed: F -> a.F'],
  ],
  [
    'a logical type',
    field({ type: 'long', logicalType: 'timestamp-millis' }),
    field('long'),
    ['f: type changed: long (timestamp-millis) -> long'],
  ],
  [
    'a decimal',
    field(decimal(4)),
    field(decimal(5)),
    ['f: type changed: bytes (decimal 4, 2) -> bytes (decimal 5, 2)'],
  ],
  ['all of it', field('int'), enumOf('A'), [': type changed: R -> E']],
  [
    'deep inside',
    field({ type: 'array', items: { type: 'map', values: ['null', field('int')] } }),
    field({ type: 'array', items: { type: 'map', values: ['null', field('long')] } }),
    ['f[]{}.f: type changed: int -> long'],
  ],
])('%s', (_what, before, after, expected) => {
  const isNested = JSON.stringify(before).split('"R"').length > 2
  const inner = (schema: Json): Json =>
    isNested ? (JSON.parse(JSON.stringify(schema).replace('"R"', '"Outer"')) as Json) : schema
  expect(difference(inner(before), inner(after))).toEqual(expected)
})

function fixed(name: string): Json {
  return { type: 'fixed', name, size: 1 }
}

function decimal(precision: number): Json {
  return { type: 'bytes', logicalType: 'decimal', precision, scale: 2 }
}

test('a type of itself is told of once', () => {
  const list = (type: string): Json =>
    record({ name: 'value', type }, { name: 'next', type: ['null', 'R'] })
  expect(difference(list('int'), list('long'))).toEqual(['value: type changed: int -> long'])
})

test('what another schema defines is looked into', () => {
  const text = JSON.stringify(field('a.Money'))
  const money = (scale: number) => ({
    name: 'a.Money',
    text: JSON.stringify({
      type: 'fixed',
      name: 'a.Money',
      size: 8,
      logicalType: 'decimal',
      precision: 9,
      scale,
    }),
  })
  expect(
    schemaDifference({ text, references: [money(2)] }, { text, references: [money(3)] }),
  ).toEqual([
    {
      path: 'f',
      kind: 'changed',
      what: 'size',
      from: '8 bytes (decimal 9, 2)',
      to: '8 bytes (decimal 9, 3)',
    },
  ])
})

test('very many fields and very long circles take no long time', () => {
  const fields = (from: number): Json[] =>
    Array.from({ length: 2000 }, (_, at) => ({ name: `f${from + at}`, type: 'int' }))
  expect(difference(record(...fields(0)), record(...fields(1000)))).toHaveLength(2000)
})
