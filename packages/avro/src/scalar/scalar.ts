import type { DatumReader } from '../datum-reader.ts'
import type { DatumWriter } from '../datum-writer.ts'
import { BEYOND_DOUBLE } from '../exact-json.ts'

/** A type without types in it: how its values are in the binary, as `Raw`, and in JSON. */
export interface Scalar<Raw> {
  /** What to write, for who wrote something else. */
  readonly wanted: string
  /** What its values can be in JSON. */
  readonly jsonKinds: readonly JsonKind[]
  read(this: void, input: DatumReader): Raw
  /** As JSON text. */
  format(this: void, raw: Raw): string
  /**
   * What a JSON value is of this type; undefined: nothing. `isExact`: the value is all that was said. Else, where its
   * text may have had more digits than it has, it throws MORE_DIGITS.
   */
  parse(this: void, value: unknown, isExact: boolean): Raw | undefined
  write(this: void, output: DatumWriter, raw: Raw): void
}

export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

/** Thrown where a number stands for one that a number does not hold. The text is to be read again. */
export const MORE_DIGITS = new Error('The text has more digits than the number.')

export function jsonKindOf(value: unknown): JsonKind | undefined {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  if (type === 'bigint' || value === BEYOND_DOUBLE) return 'number'
  return type === 'boolean' || type === 'number' || type === 'string' || type === 'object'
    ? type
    : undefined
}
