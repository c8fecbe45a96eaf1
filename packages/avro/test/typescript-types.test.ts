import { expect, test } from 'vitest'
import type { Json } from '../src/schema-json.ts'
import { typescriptTypes } from '../src/typescript-types.ts'

/** Without the line that all of them begin with. */
function types(schema: Json, rootName?: string): string {
  const text = typescriptTypes({ text: JSON.stringify(schema) }, rootName)
  const [header, empty, ...lines] = text.split('\n')
  expect([header, empty]).toEqual(['// Made from an Avro schema by `millrace schema types`.', ''])
  return lines.join('\n')
}

const record = (name: string, ...fields: Json[]): Json => ({ type: 'record', name, fields })

test('a record is two interfaces: as it is read, and as it is written', () => {
  const order = {
    ...(record(
      'com.example.Order',
      { name: 'id', type: { type: 'string', logicalType: 'uuid' }, doc: 'Given by the shop.' },
      { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'note', type: ['null', 'string'], default: null },
      { name: 'count', type: 'long', default: 1 },
      { name: 'labels', type: { type: 'map', values: ['null', 'int'] } },
      { name: 'tags', type: { type: 'array', items: ['null', 'string'] } },
    ) as { readonly [key: string]: Json }),
    doc: 'What somebody wants.\nAnd has paid for.',
  }
  const rest = `  labels: Record<string, number | null>
  tags: (string | null)[]
}
`
  const doc = `/**
 * What somebody wants.
 * And has paid for.
 */
`
  expect(types(order)).toBe(`${doc}export interface Order {
  /** Given by the shop. */
  id: string
  total: string
  at: string
  note: string | null
  count: number | bigint
${rest}
${doc}export interface OrderInput {
  /** Given by the shop. */
  id: string
  total: string
  at: string
  note?: string | null
  count?: number | bigint
${rest}`)
})

test('a record without defaults is written as it is read', () => {
  expect(types(record('R', { name: 'data', type: 'bytes' }))).toBe(`export interface R {
  data: string
}

export type RInput = R
`)
})

test('a record that is within itself, and what it is read with', () => {
  const tree = record(
    'Tree',
    { name: 'left', type: ['null', 'Tree'], default: null },
    { name: 'leaf', type: { type: 'enum', name: 'Leaf', symbols: ['OAK', 'ASH'] } },
  )
  expect(types(tree)).toBe(`export interface Tree {
  left: Tree | null
  leaf: Leaf
}

export interface TreeInput {
  left?: TreeInput | null
  leaf: Leaf
}

export type Leaf = 'OAK' | 'ASH'
`)
})

test('what is not a record has the name that was asked for', () => {
  expect(types({ type: 'array', items: 'int' }, 'Numbers')).toBe(`export type Numbers = number[]

export type NumbersInput = number[]
`)
})

test('branches that JSON does not tell apart may be named', () => {
  expect(types(['null', 'string', 'bytes', 'boolean'])).toContain(
    'export type Datum = string | { string: string } | { bytes: string } | boolean | null',
  )
  expect(types([record('a.A'), record('a.B')])).toContain(
    "export type DatumInput = AInput | { 'a.A': AInput } | BInput | { 'a.B': BInput }",
  )
  expect(types(['null', 'string', 'int'])).toContain('Datum = string | number | null\n')
})

test('types that would be called the same are not', () => {
  const text = types([
    record('a.Item'),
    record('b.Item'),
    record('b.ItemInput'),
    record('Record', { name: 'm', type: { type: 'map', values: 'int' } }),
    record('Datum'),
  ])
  const names = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name)
  expect(names).toEqual([
    'Item',
    'ItemInput',
    'b_Item',
    'b_ItemInput',
    'b_ItemInput_2',
    'b_ItemInput_2Input',
    'Record_2',
    'Record_2Input',
    'Datum',
    'DatumInput',
    'Datum_2',
    'Datum_2Input',
  ])
})

test('what an author writes stays in its comment and its quotes', () => {
  const hostile = record('R', {
    name: "it's */ x",
    type: 'int',
    doc: '*/ export const broken = 1 /*\u2028*/',
  })
  expect(types(hostile)).toContain(`  /**
   * *\\/ export const broken = 1 /*
   * *\\/
   */
  'it\\'s */ x': number
`)
})

test('what another schema defines is there', () => {
  const text = typescriptTypes({
    text: JSON.stringify(record('R', { name: 'money', type: 'a.Money' })),
    references: [{ name: 'a.Money', text: '{"type":"fixed","name":"a.Money","size":8}' }],
  })
  expect(text).toContain('  money: Money\n')
  expect(text).toContain('export type Money = string\n')
})

test('very many symbols are on lines of their own', () => {
  const symbols = Array.from({ length: 20 }, (_, at) => `SYMBOL_${at}`)
  expect(types({ type: 'enum', name: 'E', symbols })).toMatch(
    /^export type E =\n {2}\| 'SYMBOL_0'\n {2}\| 'SYMBOL_1'\n/,
  )
})
