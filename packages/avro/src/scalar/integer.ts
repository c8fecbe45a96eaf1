import { MORE_DIGITS, type Scalar } from './scalar.ts'

export const int: Scalar<number> = {
  wanted: 'an integer of 32 bits',
  jsonKinds: ['number'],
  read: (input) => input.readInt(),
  format: String,
  parse: parseInt32,
  write: (output, raw) => output.writeInt(raw),
}

export const long: Scalar<number | bigint> = {
  wanted: 'an integer of 64 bits, beyond 2^53 with all its digits (a bigint in JavaScript)',
  jsonKinds: ['number'],
  read: (input) => input.readLong(),
  format: String,
  parse: parseInt64,
  write: (output, raw) => output.writeLong(raw),
}

export function parseInt32(value: unknown): number | undefined {
  if (typeof value === 'number') return value === (value | 0) ? value : undefined
  return typeof value === 'bigint' && BigInt.asIntN(32, value) === value ? Number(value) : undefined
}

/** A bigint only when it is no safe integer. A number beyond that is no integer: what its last digits were is lost. */
export function parseInt64(value: unknown, isExact: boolean): number | bigint | undefined {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value
    if (Number.isInteger(value) && !isExact) throw MORE_DIGITS
    return undefined
  }
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return undefined
  return value >= SAFE_MIN && value <= SAFE_MAX ? Number(value) : value
}

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER)
const SAFE_MIN = -SAFE_MAX
