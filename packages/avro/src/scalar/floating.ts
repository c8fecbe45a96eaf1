import { MORE_DIGITS, type Scalar } from './scalar.ts'

/** The text of a number is the shortest that is read back as the same one; JSON has none for the last three. */
const NOT_IN_JSON = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

export const float: Scalar<number> = {
  wanted: 'a number of 32 bits, or "NaN", "Infinity" or "-Infinity"',
  jsonKinds: ['number', 'string'],
  read: (input) => input.readFloat(),
  format: formatFloat,
  parse: (value, isExact) => {
    const number = parseDouble(value, isExact)
    if (number === undefined) return undefined
    const nearest = Math.fround(number)
    // What is too large for a float would become infinite.
    return Number.isFinite(number) && !Number.isFinite(nearest) ? undefined : nearest
  },
  write: (output, raw) => output.writeFloat(raw),
}

export const double: Scalar<number> = {
  wanted: 'a number, or "NaN", "Infinity" or "-Infinity"',
  jsonKinds: ['number', 'string'],
  read: (input) => input.readDouble(),
  format: formatDouble,
  parse: parseDouble,
  write: (output, raw) => output.writeDouble(raw),
}

function parseDouble(value: unknown, isExact: boolean): number | undefined {
  if (typeof value === 'number') {
    // The text of what is too large for a number is read as an infinite one.
    if (!isExact && !Number.isFinite(value)) throw MORE_DIGITS
    return value
  }
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isFinite(number) ? number : undefined
  }
  return typeof value === 'string' ? NOT_IN_JSON.get(value) : undefined
}

/** Beyond 2^53 with an exponent: digits alone are a long, all of which mean something. */
export function formatDouble(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 && 1 / value < 0 ? '-0' : `${value}`
  if (Number.isInteger(value)) return value.toExponential()
  return Number.isFinite(value) ? `${value}` : `"${value}"`
}

export function formatFloat(value: number): string {
  const text = formatDouble(value)
  const isSubnormal = value !== 0 && Math.abs(value) < FLOAT_MIN
  if ((text.length <= FLOAT_DIGITS_ALWAYS && !isSubnormal) || !Number.isFinite(value)) return text
  for (let digits = isSubnormal ? 1 : FLOAT_DIGITS_ALWAYS; digits < FLOAT_DIGITS_MAX; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return formatDouble(short)
  }
  return formatDouble(Number(value.toPrecision(FLOAT_DIGITS_MAX)))
}

/** So many digits always tell floats apart, and so many are enough for each: FLT_DIG and FLT_DECIMAL_DIG of C. */
const FLOAT_DIGITS_ALWAYS = 6
const FLOAT_DIGITS_MAX = 9
/** Below this there are fewer of them, the fewer the smaller. */
const FLOAT_MIN = 2 ** -126
