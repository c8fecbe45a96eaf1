import { type AvroSchema, parseSchema } from '@millrace/avro/avro-schema'
import avsc, { type Type } from 'avsc'
import * as fc from 'fast-check'
import { arbitraryAvroValue } from './arbitrary-avro-value.ts'

export interface ArbitraryDatum {
  readonly schema: AvroSchema
  /** In Avro's binary, by avsc. */
  readonly bytes: Uint8Array
}

/** Schemas of all types, nested and recurring, and a datum of each. */
export function arbitraryDatum(): fc.Arbitrary<ArbitraryDatum> {
  return arbitraryAvroSchema().chain((schema) => arbitraryDatumOf(schema))
}

function arbitraryDatumOf(schema: AvroSchema): fc.Arbitrary<ArbitraryDatum> {
  const type = avscTypeOf(schema)
  return arbitraryAvroValue(schema.root).map((value) => ({ schema, bytes: type.toBuffer(value) }))
}

/** With a bigint for every long, and with every branch of a union named. */
function avscTypeOf({ text }: AvroSchema): Type {
  return avsc.Type.forSchema(JSON.parse(text), {
    wrapUnions: true,
    typeHook: (schema) =>
      schema === 'long' || (schema as { type?: unknown }).type === 'long' ? bigLong : undefined,
  })
}

const bigLong = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (one: bigint, other: bigint) => Number(one - other),
})

export function arbitraryAvroSchema(): fc.Arbitrary<AvroSchema> {
  return arbitraryShape().map((shape) => parseSchema(JSON.stringify(new Naming().schemaOf(shape))))
}

/** A schema without its names. */
type Shape =
  | { readonly kind: 'plain'; readonly type: object | string }
  | { readonly kind: 'fixed'; readonly size: number; readonly attributes: object }
  | { readonly kind: 'enum'; readonly symbols: number }
  | { readonly kind: 'array' | 'map'; readonly within: Shape }
  | { readonly kind: 'union'; readonly branches: readonly Shape[] }
  | { readonly kind: 'record'; readonly fields: readonly Shape[]; readonly isApart: boolean }
  /** The record around this one, so many further out. */
  | { readonly kind: 'outer'; readonly up: number }

function arbitraryShape(): fc.Arbitrary<Shape> {
  const { shape } = fc.letrec<{ shape: Shape; leaf: Shape; union: Shape; record: Shape }>((tie) => {
    const within = tie('shape')
    return {
      leaf: fc.oneof(plain(), logical(), fixed(), enumeration()),
      union: fc.record({
        kind: fc.constant('union' as const),
        branches: fc.array(within, { minLength: 1, maxLength: 5 }),
      }),
      record: fc.record({
        kind: fc.constant('record' as const),
        fields: fc.array(within, { maxLength: 5 }),
        isApart: fc.boolean(),
      }),
      shape: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 4, arbitrary: tie('leaf') },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('outer' as const), up: fc.nat(2) }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('array', 'map'), within }) },
        { weight: 3, arbitrary: tie('union') },
        { weight: 4, arbitrary: tie('record') },
      ),
    }
  })
  return shape
}

function plain(): fc.Arbitrary<Shape> {
  const names = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
  return fc.constantFrom(...names).map((type) => ({ kind: 'plain', type }))
}

function logical(): fc.Arbitrary<Shape> {
  const long = (logicalType: string) => ({ type: 'long', logicalType })
  const types = [
    { type: 'int', logicalType: 'date' },
    { type: 'int', logicalType: 'time-millis' },
    long('time-micros'),
    ...['millis', 'micros', 'nanos'].flatMap((unit) => [
      long(`timestamp-${unit}`),
      long(`local-timestamp-${unit}`),
    ]),
    { type: 'string', logicalType: 'uuid' },
    { type: 'bytes', logicalType: 'decimal', precision: 5, scale: 2 },
    { type: 'bytes', logicalType: 'decimal', precision: 40, scale: 0 },
    { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 20 },
    // Ill-formed, or of another type: as if it were not there.
    { type: 'int', logicalType: 'timestamp-millis' },
    { type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 },
    { type: 'string', logicalType: 'of-somebody-else' },
  ]
  return fc.constantFrom(...types).map((type) => ({ kind: 'plain', type }))
}

function fixed(): fc.Arbitrary<Shape> {
  const sizes = [
    { size: 0, attributes: {} },
    { size: 3, attributes: {} },
    { size: 12, attributes: { logicalType: 'duration' } },
    { size: 16, attributes: { logicalType: 'uuid' } },
    { size: 4, attributes: { logicalType: 'decimal', precision: 9, scale: 3 } },
  ]
  return fc.constantFrom(...sizes).map((type) => ({ kind: 'fixed', ...type }))
}

function enumeration(): fc.Arbitrary<Shape> {
  return fc.integer({ min: 1, max: 3 }).map((symbols) => ({ kind: 'enum', symbols }))
}

/** Gives each type its name, and sees to it that what recurs can end. */
class Naming {
  #count = 0

  schemaOf(shape: Shape, around: readonly string[] = [], mayRecur = false): unknown {
    switch (shape.kind) {
      case 'plain':
        return shape.type
      case 'fixed':
        return { type: 'fixed', name: this.#name(), size: shape.size, ...shape.attributes }
      case 'enum': {
        const symbols = ['A', 'B', 'NaN'].slice(0, shape.symbols)
        return { type: 'enum', name: this.#name(), symbols }
      }
      case 'array':
        return { type: 'array', items: this.schemaOf(shape.within, around, true) }
      case 'map':
        return { type: 'map', values: this.schemaOf(shape.within, around, true) }
      case 'union':
        return this.#unionOf(shape.branches, around)
      case 'outer':
        return mayRecur ? (around[shape.up] ?? 'null') : 'null'
      case 'record':
        return this.#recordOf(shape, around, mayRecur)
    }
  }

  #unionOf(shapes: readonly Shape[], around: readonly string[]): unknown {
    const known = new Map<string, unknown>()
    for (const shape of shapes) {
      if (shape.kind === 'union') continue
      const schema = this.schemaOf(shape, around, true)
      known.set(branchNameOf(schema), schema)
    }
    // Something in it has an end.
    if ([...known.keys()].every((name) => !BUILT_IN.has(name))) known.set('null', 'null')
    return [...known.values()]
  }

  #recordOf(
    { fields, isApart }: Extract<Shape, { kind: 'record' }>,
    around: readonly string[],
    mayRecur: boolean,
  ): unknown {
    const name = isApart ? `apart.${this.#name()}` : `together.${this.#name()}`
    return {
      type: 'record',
      name,
      fields: fields.map((shape, index) => {
        // The names are the same in many records, and some are those that every object has.
        const field = { name: FIELDS[index], type: this.schemaOf(shape, [name, ...around], false) }
        return mayRecur && index % 2 === 1 ? { ...field, ...defaultFor(field.type) } : field
      }),
    }
  }

  #name(): string {
    return `Type${this.#count++}`
  }
}

const FIELDS = ['a', 'b', 'constructor', '__proto__', 'e']
const BUILT_IN = new Set('null boolean int long float double bytes string array map'.split(' '))

function branchNameOf(schema: unknown): string {
  if (typeof schema === 'string') return schema
  const { name, type } = schema as { name?: string; type: string }
  return name ?? type
}

/** Only for types that are easy to say one for. */
function defaultFor(schema: unknown): { readonly default?: unknown } {
  const first: unknown = Array.isArray(schema) ? schema[0] : schema
  const type = typeof first === 'string' ? first : (first as { type: string }).type
  const value = DEFAULTS.get(type)
  return value === undefined ? {} : { default: value }
}

const DEFAULTS = new Map<string, unknown>([
  ['null', null],
  ['boolean', true],
  ['int', 5],
  ['double', 0.5],
  ['array', []],
  ['map', {}],
])
