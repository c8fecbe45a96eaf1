import { types, type Type } from 'avsc'
import { type Draw, pick } from './random-schema.ts'

/** A datum for avsc, where unions are wrapped always. Deep down arrays and maps are empty and unions null. */
export function randomDatum(draw: Draw, type: Type, depth = 6): unknown {
  if (type instanceof types.RecordType) {
    return Object.fromEntries(
      type.fields.map((field) => [field.name, randomDatum(draw, field.type, depth - 1)]),
    )
  }
  if (type instanceof types.WrappedUnionType) {
    const branch = depth <= 0 ? type.types.find(isNull) : undefined
    const drawn = branch ?? pick(draw, type.types)
    if (isNull(drawn)) return null
    return { [drawn.branchName ?? '']: randomDatum(draw, drawn, depth - 1) }
  }
  const count = depth <= 0 ? 0 : draw(3)
  if (type instanceof types.ArrayType) {
    return Array.from({ length: count }, () => randomDatum(draw, type.itemsType, depth - 1))
  }
  if (type instanceof types.MapType) {
    const values = type.valuesType as Type
    const keys = Array.from({ length: count }, (_, at) => `k${at}`)
    return Object.fromEntries(keys.map((key) => [key, randomDatum(draw, values, depth - 1)]))
  }
  if (type instanceof types.EnumType) return pick(draw, type.symbols)
  if (type instanceof types.FixedType) return Buffer.alloc(type.size, 7)
  return SIMPLE_DATA[type.typeName]
}

function isNull(type: Type): boolean {
  return type.typeName === 'null'
}

/** Those that every promotion keeps: a long beyond 2^53 would not be read, and bytes may be no text. */
const SIMPLE_DATA: { readonly [name: string]: unknown } = {
  null: null,
  boolean: true,
  int: 7,
  long: 8,
  float: 1.5,
  double: 2.25,
  bytes: Buffer.from('b'),
  string: 's',
}
