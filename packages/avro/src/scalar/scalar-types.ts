import type { AvroType, EnumType, FixedType, PrimitiveType } from '../avro-type.ts'
import { bytes, fixedOf } from './binary.ts'
import { decimalOf } from './decimal.ts'
import { duration } from './duration.ts'
import { double, float } from './floating.ts'
import { int, long } from './integer.ts'
import { boolean, nothing, string, symbolOf } from './plain.ts'
import type { Scalar } from './scalar.ts'
import { date, timeMicros, timeMillis, timestampOf } from './temporal.ts'
import { uuidBytes, uuidText } from './uuid.ts'

export type ScalarType = PrimitiveType | EnumType | FixedType

export function isScalarType(type: AvroType): type is ScalarType {
  switch (type.kind) {
    case 'array':
    case 'map':
    case 'record':
    case 'union':
      return false
    default:
      return true
  }
}

/** Calls `use` with the scalar of a type: how it keeps its values is only for `use` to know. */
export function withScalar<Result>(
  type: ScalarType,
  use: <Raw>(scalar: Scalar<Raw>) => Result,
): Result {
  switch (type.kind) {
    case 'null':
      return use(nothing)
    case 'boolean':
      return use(boolean)
    case 'int':
      return use(intOf(type))
    case 'long':
      return use(longOf(type))
    case 'float':
      return use(float)
    case 'double':
      return use(double)
    case 'bytes':
      return use(bytesOf(type))
    case 'string':
      return use(stringOf(type))
    case 'enum':
      return use(symbolOf(type.symbols))
    case 'fixed':
      return use(fixedTypeOf(type))
  }
}

function intOf({ logical }: PrimitiveType): Scalar<number> {
  if (logical === undefined) return int
  return logical.kind === 'date' ? date : timeMillis
}

export function longOf({ logical }: PrimitiveType): Scalar<number | bigint> {
  switch (logical?.kind) {
    case 'time':
      return timeMicros
    case 'timestamp':
      return timestampOf(logical.unit, 'Z')
    case 'local-timestamp':
      return timestampOf(logical.unit, '')
    default:
      return long
  }
}

export function bytesOf({ logical }: PrimitiveType): Scalar<Uint8Array> {
  return logical?.kind === 'decimal' ? decimalOf(logical) : bytes
}

export function stringOf({ logical }: PrimitiveType): Scalar<string> {
  return logical === undefined ? string : uuidText
}

function fixedTypeOf({ logical, size }: FixedType): Scalar<Uint8Array> {
  switch (logical?.kind) {
    case 'decimal':
      return decimalOf({ ...logical, size })
    case 'uuid':
      return uuidBytes
    case 'duration':
      return duration
    default:
      return fixedOf(size)
  }
}
