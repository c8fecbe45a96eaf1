import { DECIMAL_PRECISION_MAX } from '../limits.ts'
import { bytes, fixedOf } from './binary.ts'
import { MORE_DIGITS, type Scalar } from './scalar.ts'

export interface DecimalOptions {
  readonly precision: number
  readonly scale: number
  /** Of a fixed type; undefined: as few bytes as it takes. */
  readonly size?: number
}

/**
 * A decimal: in the binary its digits without the point, as a big-endian two's complement; in JSON a string with
 * exactly `scale` digits after the point.
 */
export function decimalOf({ precision, scale, size }: DecimalOptions): Scalar<Uint8Array> {
  const under = size === undefined ? bytes : fixedOf(size)
  return {
    ...under,
    wanted: `a decimal of up to ${precision} digits, ${scale} of them after the point, as a string`,
    jsonKinds: ['string', 'number'],
    read: (input) => {
      const start = input.at
      const raw = under.read(input)
      if (raw.length > BYTES_MAX) throw input.fault(`A decimal of ${raw.length} bytes`, start)
      input.charge(scale)
      return raw
    },
    format: (raw) => `"${formatDecimal(toBigInt(raw), scale)}"`,
    parse: (value, isExact) => {
      const text = textOf(value, isExact)
      const unscaled = text === undefined ? undefined : parseDecimal(text, precision, scale)
      return unscaled === undefined ? undefined : toBytes(unscaled, size)
    },
  }
}

/** Twice what the largest precision takes, for some writers pad. */
const BYTES_MAX = DECIMAL_PRECISION_MAX

function textOf(value: unknown, isExact: boolean): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return `${value}`
  if (typeof value !== 'number') return undefined
  const text = `${value}`
  if (Number.isSafeInteger(value)) return text
  if (Number.isInteger(value) && !isExact) throw MORE_DIGITS
  // More digits than this may be what the machine made of others.
  return text.replace(/^-?[0.]*|\./g, '').length <= SURE_DIGITS ? text : undefined
}

const SURE_DIGITS = 15

function parseDecimal(text: string, precision: number, scale: number): bigint | undefined {
  if (text.length > TEXT_MAX) return undefined
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  // Zeros after the last digit that counts say nothing.
  const digits = fraction.length > scale ? fraction.replace(/0+$/, '') : fraction
  if (digits.length > scale) return undefined
  const unscaled = `${whole}${digits.padEnd(scale, '0')}`.replace(/^0+(?=\d)/, '')
  return unscaled.length > precision ? undefined : BigInt(unscaled) * (sign === '-' ? -1n : 1n)
}

const DECIMAL = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/
const TEXT_MAX = 2 * DECIMAL_PRECISION_MAX

function formatDecimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return `${unscaled}`
  const sign = unscaled < 0n ? '-' : ''
  const digits = `${unscaled < 0n ? -unscaled : unscaled}`.padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function toBigInt(raw: Uint8Array): bigint {
  if (raw.length === 0) return 0n
  let hex = '0x'
  for (const byte of raw) hex += HEX[byte]
  return BigInt.asIntN(8 * raw.length, BigInt(hex))
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function toBytes(unscaled: bigint, size = sizeOf(unscaled)): Uint8Array {
  const raw = new Uint8Array(size)
  let rest = BigInt.asUintN(8 * size, unscaled)
  for (let at = size - 1; at >= 0; at--) {
    raw[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return raw
}

/** As few bytes as hold it and its sign. */
function sizeOf(unscaled: bigint): number {
  const magnitude = unscaled < 0n ? ~unscaled : unscaled
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length
  return Math.floor(bits / 8) + 1
}
