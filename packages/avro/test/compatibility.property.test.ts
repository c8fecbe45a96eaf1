/**
 * Against avsc, where it goes by the specification. It does not
 *   - unless told to ignore namespaces; and then it ignores them in aliases, too;
 *   - for an alias without a dot of a name with one, which it takes for one of the namespace around the name;
 *   - where a branch of a reader's union cannot be read after all: what it had begun for a pair of records stays, and
 *     what meets the pair again gets a resolver that reads nothing, or that reads what it cannot (tested below).
 * The schemas here have names without dots, and what they do to each other has no need of the third.
 */
import { Type } from 'avsc'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSchema } from '../src/avro-schema.ts'
import { checkCompatibility } from '../src/compatibility.ts'
import { Resolution } from '../src/resolution.ts'
import { randomDatum } from './random-datum.ts'
import { type Draw, randomSchema, type SchemaJson, textOf } from './random-schema.ts'
import { evolve } from './schema-evolution.ts'

test('a schema goes together with what became of it when avsc can resolve the two', () => {
  const verdicts = { yes: 0, no: 0 }
  forPairs((reader, writer) => {
    const reasons = checkCompatibility({ text: textOf(reader) }, { text: textOf(writer) })
    verdicts[reasons.length === 0 ? 'yes' : 'no']++
    expect(reasons.length === 0, JSON.stringify(reasons)).toBe(canResolve(reader, writer))
  })
  expect(Math.min(verdicts.yes, verdicts.no)).toBeGreaterThan(20)
})

/**
 * Beside what random data never has here: a long beyond 2^53, which avsc does not read, bytes that are no UTF-8 where
 * text is asked for, and data without an end.
 */
test('what goes together is read', () => {
  let read = 0
  forPairs((reader, writer, draw) => {
    fc.pre(checkCompatibility({ text: textOf(reader) }, { text: textOf(writer) }).length === 0)
    const readerType = avscType(reader)
    const writerType = avscType(writer)
    const resolver = readerType.createResolver(writerType, { ignoreNamespaces: true })
    const bytes = writerType.toBuffer(randomDatum(draw, writerType))
    expect(readerType.isValid(readerType.fromBuffer(bytes, resolver))).toBe(true)
    const resolution = new Resolution(parseSchema(textOf(writer)), parseSchema(textOf(reader)))
    expect(() => resolution.decodeToJson(bytes)).not.toThrow()
    read++
  })
  expect(read).toBeGreaterThan(20)
})

test('every schema goes together with itself', () => {
  forPairs((schema) => {
    const text = textOf(schema)
    expect(checkCompatibility({ text }, { text })).toEqual([])
  })
})

test('a pair of records that does not go together leaves nothing behind, as it does in avsc', () => {
  const one = (name: string, type: string): SchemaJson => ({
    type: 'record',
    name,
    fields: [{ name: 'value', type }],
  })
  const pair = (first: SchemaJson, second: SchemaJson): SchemaJson => ({
    type: 'record',
    name: 'Pair',
    fields: [
      { name: 'first', type: first },
      { name: 'second', type: second },
    ],
  })
  const reader = pair([one('p.A', 'int'), one('q.A', 'string')], ['p.A', 'q.A'])
  const writer = pair(one('r.A', 'string'), 'r.A')
  expect(checkCompatibility({ text: textOf(reader) }, { text: textOf(writer) })).toEqual([])

  const readerType = avscType(reader)
  const resolver = readerType.createResolver(avscType(writer), { ignoreNamespaces: true })
  const bytes = avscType(writer).toBuffer({ first: { value: 'a' }, second: { value: 'b' } })
  expect(() => readerType.fromBuffer(bytes, resolver) as unknown).toThrow(TypeError)

  const resolution = new Resolution(parseSchema(textOf(writer)), parseSchema(textOf(reader)))
  expect(resolution.decode(bytes)).toEqual({
    first: { 'q.A': { value: 'a' } },
    second: { 'q.A': { value: 'b' } },
  })
})

test('what only counted on a pair that does not go together leaves nothing behind either', () => {
  const record = (name: string, ...types: SchemaJson[]): SchemaJson => ({
    type: 'record',
    name,
    fields: types.map((type, at) => ({ name: `f${at}`, type })),
  })
  // x.B seems to be readable while x.A is looked at, which in the end is not; y.B is.
  const b = (): SchemaJson => record('B', { type: 'array', items: 'A' })
  const reader = record(
    'R',
    [record('x.A', b(), 'int'), record('y.A', b(), 'string')],
    ['x.B', 'y.B'],
  )
  const writer = record('R', record('z.A', b(), 'string'), 'z.B')
  expect(checkCompatibility({ text: textOf(reader) }, { text: textOf(writer) })).toEqual([])
  const a = (f1: string): unknown => ({ f0: { f0: [] }, f1 })
  const datum = { f0: { f0: { f0: [a('p')] }, f1: 'q' }, f1: { f0: [a('r')] } }
  const bytes = avscType(writer).toBuffer(datum)
  const resolution = new Resolution(parseSchema(textOf(writer)), parseSchema(textOf(reader)))
  expect(resolution.decode(bytes)).toEqual({
    f0: { 'y.A': { f0: { f0: [a('p')] }, f1: 'q' } },
    f1: { 'y.B': { f0: [a('r')] } },
  })
})

function forPairs(check: (reader: SchemaJson, writer: SchemaJson, draw: Draw) => void): void {
  fc.assert(
    fc.property(fc.gen(), (gen) => {
      const draw: Draw = (count) => gen(fc.nat, { max: count - 1 })
      const writer = randomSchema(draw)
      const reader = evolve(draw, writer)
      fc.pre(isSchema(reader))
      check(reader, writer, draw)
    }),
    { numRuns: 500 },
  )
}

function avscType(schema: SchemaJson): Type {
  const json = JSON.parse(textOf(schema)) as Parameters<typeof Type.forSchema>[0]
  return Type.forSchema(json, { wrapUnions: 'always' })
}

/** Changes together may have made none: a default that is not of the type, a field twice. */
function isSchema(schema: SchemaJson): boolean {
  try {
    avscType(schema)
    return true
  } catch {
    return false
  }
}

function canResolve(reader: SchemaJson, writer: SchemaJson): boolean {
  try {
    avscType(reader).createResolver(avscType(writer), { ignoreNamespaces: true })
    return true
  } catch {
    return false
  }
}
