import { expect, test } from 'vitest'
import { checkCompatibility } from '../src/compatibility.ts'
import { REASONS_MAX } from '../src/incompatibilities.ts'
import { SchemaFault } from '../src/schema-fault.ts'
import type { Json } from '../src/schema-json.ts'

/** Each reason in one line: its type, its path, what exactly. */
function reasons(reader: Json, writer: Json): readonly string[] {
  return checkCompatibility(schema(reader), schema(writer)).map(
    ({ type, path, detail }) => `${type} ${path} ${detail}`,
  )
}

/** Not parsed before: some of these are larger, or deeper, than a schema may be. */
function schema(json: Json): { readonly text: string } {
  return { text: JSON.stringify(json) }
}

function record(name: string, ...fields: Json[]): Json {
  return { type: 'record', name, fields }
}

test('every reason is told, in the order of the fields', () => {
  const reader = record(
    'R',
    { name: 'a', type: 'int' },
    { name: 'b', type: 'int' },
    { name: 'c', type: { type: 'enum', name: 'E', symbols: ['X'] } },
  )
  const writer = record(
    'S',
    { name: 'c', type: { type: 'enum', name: 'D', symbols: ['Y', 'X'] } },
    { name: 'a', type: 'string' },
  )
  expect(reasons(reader, writer)).toEqual([
    'NAME_MISMATCH /name expected: S',
    'TYPE_MISMATCH /fields/0/type reader type: INT not compatible with writer type: STRING',
    'READER_FIELD_MISSING_DEFAULT_VALUE /fields/1 b',
    'NAME_MISMATCH /fields/2/type/name expected: D',
    'MISSING_ENUM_SYMBOLS /fields/2/type/symbols [Y]',
  ])
})

test('a branch that is there but differs is told with what differs', () => {
  const reader = [record('R', { name: 'a', type: 'int' }), 'null']
  const writer = ['null', record('R', { name: 'a', type: 'string' })]
  expect(reasons(reader, writer)).toEqual([
    'MISSING_UNION_BRANCH /1 reader union lacking writer type: RECORD',
    'TYPE_MISMATCH /0/fields/0/type reader type: INT not compatible with writer type: STRING',
  ])
})

const list = (value: string): Json =>
  record('List', { name: 'value', type: value }, { name: 'next', type: ['null', 'List'] })

test('a type of itself goes together with what differs nowhere', () => {
  expect(reasons(list('long'), list('int'))).toEqual([])
})

test('a type of itself does not go together when it differs somewhere', () => {
  expect(reasons(list('int'), list('long'))).toEqual([
    'TYPE_MISMATCH /fields/0/type reader type: INT not compatible with writer type: LONG',
    'MISSING_UNION_BRANCH /fields/1/type/1 reader union lacking writer type: RECORD',
  ])
})

test('what only seemed to go together, while another pair was looked at, does not', () => {
  // x.A cannot be read in the end, y.A can. x.B seems to go together while x.A, which it is of, is looked at.
  const b = record('B', { name: 'a', type: 'A' })
  const a = (name: string, last: string): Json =>
    record(name, { name: 'b', type: b }, { name: 'last', type: last })
  const reader = record(
    'R',
    { name: 'u', type: [a('x.A', 'int'), a('y.A', 'string')] },
    { name: 'b', type: 'x.B' },
  )
  const writer = record('R', { name: 'u', type: [a('x.A', 'string')] }, { name: 'b', type: 'x.B' })
  expect(reasons(reader, writer)).toEqual([
    'TYPE_MISMATCH /fields/1/type/fields/0/type/fields/1/type reader type: INT not compatible with writer type: STRING',
  ])
})

test('of very many reasons only the first are told', () => {
  const fields = Array.from({ length: 1000 }, (_, at) => ({ name: `f${at}`, type: 'int' }))
  expect(reasons(record('R', ...fields), record('R'))).toHaveLength(REASONS_MAX)
})

/** `count` records, each of the one before it, and the first of the last. */
function circle(count: number, namespace: string): Json {
  const name = (at: number): string => `${namespace}${at}.R`
  const others = Array.from({ length: count - 1 }, (_, at) =>
    record(name(at + 1), { name: 'next', type: name(at) }),
  )
  return record(
    name(0),
    { name: `others_${namespace}`, type: ['null', ...others], default: null },
    { name: 'next', type: name(count - 1) },
  )
}

test('circles of different lengths are compared through every pair in them', () => {
  expect(reasons(circle(64, 'a'), circle(63, 'b'))).toEqual([])
})

test('circles that meet in too many pairs are refused', () => {
  expect(() => reasons(circle(601, 'a'), circle(600, 'b'))).toThrow(SchemaFault)
})

test('unions of unions of records are looked at once a pair', () => {
  const layers = (last: string): Json => {
    let below: Json = last
    for (let layer = 0; layer < 20; layer++) {
      const left = record(`L${layer}`, { name: 'below', type: below })
      const name = `L${layer}`
      const right = record(`M${layer}`, { name: 'below', type: [name, 'null'] })
      below = record(`N${layer}`, { name: 'below', type: [left, right] })
    }
    return below
  }
  expect(reasons(layers('long'), layers('int'))).toEqual([])
  expect(reasons(layers('int'), layers('string')).length).toBeGreaterThan(20)
})

test('a union of very many branches is compared with itself', () => {
  const wide = Array.from({ length: 3000 }, (_, at) => record(`R${at}`, { name: 'f', type: 'int' }))
  expect(reasons(wide, wide)).toEqual([])
})
