import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AvroCodec } from '../src/avro-codec.ts'
import { parseSchema } from '../src/avro-schema.ts'
import { Resolution } from '../src/resolution.ts'

/** A field, and what it is in data that was written before it was there. */
interface Field {
  readonly name: string
  readonly type: FieldType
  readonly default: unknown
}

type FieldType = 'int' | 'long' | 'float' | 'double' | 'string'
type Change =
  | { readonly kind: 'add'; readonly at: number; readonly type: FieldType }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'promote'; readonly at: number }
  | { readonly kind: 'move'; readonly at: number; readonly to: number }

const PROMOTED: Readonly<Record<FieldType, FieldType>> = {
  int: 'long',
  long: 'float',
  float: 'double',
  double: 'double',
  string: 'string',
}

function arbitraryVersions(): fc.Arbitrary<readonly (readonly Field[])[]> {
  const type = fc.constantFrom<FieldType>('int', 'long', 'float', 'double', 'string')
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), at: fc.nat(9), type }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat(9) }),
    fc.record({ kind: fc.constant('promote' as const), at: fc.nat(9) }),
    fc.record({ kind: fc.constant('move' as const), at: fc.nat(9), to: fc.nat(9) }),
  )
  return fc
    .array(fc.array(change, { maxLength: 4 }), { minLength: 2, maxLength: 5 })
    .map(versionsOf)
}

function versionsOf(steps: readonly (readonly Change[])[]): readonly (readonly Field[])[] {
  let fields: readonly Field[] = [{ name: 'first', type: 'int', default: 0 }]
  let count = 0
  return steps.map((changes) => {
    for (const change of changes) fields = changed(fields, change, `field${count++}`)
    return fields
  })
}

function changed(fields: readonly Field[], change: Change, name: string): readonly Field[] {
  const at = change.at % (fields.length + 1)
  const field = fields[at]
  if (change.kind === 'add') {
    const value = change.type === 'string' ? 'none' : 7
    return fields.toSpliced(at, 0, { name, type: change.type, default: value })
  }
  if (field === undefined) return fields
  if (change.kind === 'remove') return fields.toSpliced(at, 1)
  if (change.kind === 'promote') return fields.with(at, { ...field, type: PROMOTED[field.type] })
  return fields.toSpliced(at, 1).toSpliced(change.to % fields.length, 0, field)
}

function schemaOf(fields: readonly Field[]) {
  return parseSchema(JSON.stringify({ type: 'record', name: 'R', fields }))
}

function arbitraryValueOf(type: FieldType): fc.Arbitrary<unknown> {
  switch (type) {
    case 'int':
      return fc.integer().map((value) => value + 0)
    case 'long':
      // An integer is not -0.
      return fc.maxSafeInteger().map((value) => value + 0)
    case 'float':
      return fc.float({ noNaN: true, noDefaultInfinity: true })
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'string':
      return fc.string()
  }
}

/** What a field of a later version makes of a value. */
function promoted(value: unknown, from: FieldType, to: FieldType): unknown {
  const isRounded = to === 'float' || (to === 'double' && from === 'float')
  return typeof value === 'number' && isRounded ? Math.fround(value) : value
}

test('a record that was written with any version is read with every later one', () => {
  const written = arbitraryVersions().chain((versions) =>
    fc.record({
      versions: fc.constant(versions),
      values: fc.tuple(
        ...versions.map((fields) =>
          fc.tuple(
            ...fields.map(({ name, type }) => fc.tuple(fc.constant(name), arbitraryValueOf(type))),
          ),
        ),
      ),
    }),
  )
  fc.assert(
    fc.property(written, ({ values, versions }) => {
      for (const [from, writer] of versions.entries()) {
        const value = Object.fromEntries(values[from] ?? [])
        const bytes = AvroCodec.of(schemaOf(writer)).encode(value)
        for (const reader of versions.slice(from)) {
          const read = AvroCodec.of(schemaOf(reader))
          const resolved = new Resolution(schemaOf(writer), schemaOf(reader)).decode(bytes)
          // As bytes, in which a float is a float however it is said.
          expect(read.encode(resolved)).toEqual(read.encode(modelOf(value, writer, reader)))
        }
      }
    }),
    { numRuns: 300 },
  )
})

function modelOf(
  value: Readonly<Record<string, unknown>>,
  writer: readonly Field[],
  reader: readonly Field[],
): object {
  return Object.fromEntries(
    reader.map((field) => {
      const written = writer.find(({ name }) => name === field.name)
      return [
        field.name,
        written === undefined
          ? field.default
          : promoted(value[field.name], written.type, field.type),
      ]
    }),
  )
}
