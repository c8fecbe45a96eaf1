/**
 * Dates and times as RFC 3339 has them, with as many digits of a second as there are: none, three, six or nine.
 * What that has no text for (a year after 9999, an hour after 23) is the number that is stored; such a number is
 * read too.
 */
import type { TimeUnit } from '../avro-type.ts'
import { FIRST_DAY, formatDay, LAST_DAY, parseDay, readTwoDigits, twoDigits } from './calendar.ts'
import { int, long, parseInt32, parseInt64 } from './integer.ts'
import type { Scalar } from './scalar.ts'

export const date: Scalar<number> = {
  ...int,
  wanted: 'a date, like 2026-11-22',
  jsonKinds: ['string', 'number'],
  format: (raw) => (raw < FIRST_DAY || raw > LAST_DAY ? `${raw}` : `"${formatDay(raw)}"`),
  parse: (value) => {
    if (typeof value !== 'string') return parseInt32(value)
    return value.length === DATE_LENGTH ? parseDay(value) : undefined
  },
}

export const timeMillis: Scalar<number> = {
  ...int,
  wanted: 'a time of day, like 10:00:00.123',
  jsonKinds: ['string', 'number'],
  format: (raw) => (raw < 0 || raw >= DAY_SECONDS * 1000 ? `${raw}` : `"${formatTime(raw, 3)}"`),
  parse: (value) =>
    typeof value === 'string' ? parseTime(value, 0, value.length, 3) : parseInt32(value),
}

export const timeMicros: Scalar<number | bigint> = {
  ...long,
  wanted: 'a time of day, like 10:00:00.123456',
  jsonKinds: ['string', 'number'],
  format: (raw) =>
    typeof raw === 'bigint' || raw < 0 || raw >= DAY_SECONDS * 1e6
      ? `${raw}`
      : `"${formatTime(raw, 6)}"`,
  parse: (value, isExact) =>
    typeof value === 'string' ? parseTime(value, 0, value.length, 6) : parseInt64(value, isExact),
}

/** A moment when `zone` is Z, and what a clock on a wall shows when it is empty. */
export function timestampOf(unit: TimeUnit, zone: 'Z' | ''): Scalar<number | bigint> {
  const digits = DIGITS[unit]
  return {
    ...long,
    wanted: `a time, like 2026-11-22T10:00:00${zone}`,
    jsonKinds: ['string', 'number'],
    format: (raw) => formatTimestamp(raw, digits, zone),
    parse: (value, isExact) =>
      typeof value === 'string' ? parseTimestamp(value, digits, zone) : parseInt64(value, isExact),
  }
}

function formatTimestamp(raw: number | bigint, digits: number, zone: string): string {
  const dayUnits = DAY_SECONDS * 10 ** digits
  let units: number
  let day: number
  if (typeof raw === 'number') {
    units = raw % dayUnits
    if (units < 0) units += dayUnits
    day = (raw - units) / dayUnits
  } else {
    const bigUnits = modulo(raw, BigInt(dayUnits))
    units = Number(bigUnits)
    day = Number((raw - bigUnits) / BigInt(dayUnits))
  }
  if (day < FIRST_DAY || day > LAST_DAY) return `${raw}`
  return `"${formatDay(day)}T${formatTime(units, digits)}${zone}"`
}

function modulo(value: bigint, divisor: bigint): bigint {
  const rest = value % divisor
  return rest < 0n ? rest + divisor : rest
}

/** A time of day that is so many units of 10^-digits seconds after midnight. */
function formatTime(units: number, digits: number): string {
  const unitsASecond = 10 ** digits
  const fraction = units % unitsASecond
  const seconds = (units - fraction) / unitsASecond
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const time = `${twoDigits(hours)}:${twoDigits(minutes - 60 * hours)}:${twoDigits(seconds - 60 * minutes)}`
  return fraction === 0 ? time : `${time}.${formatFraction(fraction, digits)}`
}

function formatFraction(fraction: number, digits: number): string {
  let rest = fraction
  let length = digits
  for (; length > 3 && rest % 1000 === 0; length -= 3) rest /= 1000
  return String(rest).padStart(length, '0')
}

function parseTimestamp(text: string, digits: number, zone: string): number | bigint | undefined {
  const separator = text[DATE_LENGTH]
  if (separator !== 'T' && separator !== 't') return undefined
  const timeEnd = text.length - (zone === '' ? 0 : zoneLength(text))
  const day = parseDay(text)
  const offset = zone === '' ? 0 : parseOffset(text, timeEnd)
  const units = parseTime(text, DATE_LENGTH + 1, timeEnd, digits)
  if (day === undefined || offset === undefined || units === undefined) return undefined
  const unitsASecond = 10 ** digits
  const seconds = day * DAY_SECONDS - 60 * offset
  const sum = seconds * unitsASecond + units
  if (Number.isSafeInteger(sum)) return sum
  return parseInt64(BigInt(seconds) * BigInt(unitsASecond) + BigInt(units), true)
}

function zoneLength(text: string): number {
  const last = text[text.length - 1]
  return last === 'Z' || last === 'z' ? 1 : OFFSET_LENGTH
}

/** In minutes to the east. */
function parseOffset(text: string, at: number): number | undefined {
  if (text.length - at === 1) return 0
  const sign = text[at]
  const hours = readTwoDigits(text, at + 1)
  const minutes = readTwoDigits(text, at + 4)
  if ((sign !== '+' && sign !== '-') || text[at + 3] !== ':') return undefined
  if (!(hours <= 23 && minutes <= 59)) return undefined
  return (60 * hours + minutes) * (sign === '-' ? -1 : 1)
}

/** The text from one place to another, in units of 10^-digits seconds after midnight. */
function parseTime(text: string, from: number, end: number, digits: number): number | undefined {
  const hours = readTwoDigits(text, from)
  const minutes = readTwoDigits(text, from + 3)
  const seconds = readTwoDigits(text, from + 6)
  const fractionAt = from + TIME_LENGTH
  if (text[from + 2] !== ':' || text[from + 5] !== ':' || fractionAt > end) return undefined
  if (!(hours <= 23 && minutes <= 59 && seconds <= 59)) return undefined
  const whole = (3600 * hours + 60 * minutes + seconds) * 10 ** digits
  if (fractionAt === end) return whole
  if (text[fractionAt] !== '.') return undefined
  const fraction = parseFraction(text, fractionAt + 1, end, digits)
  return fraction === undefined ? undefined : whole + fraction
}

/** Digits that are none of a unit are zeros. */
function parseFraction(
  text: string,
  from: number,
  end: number,
  digits: number,
): number | undefined {
  if (from === end || end - from > FRACTION_MAX) return undefined
  let units = 0
  for (let at = from; at < end; at++) {
    const digit = text.charCodeAt(at) - DIGIT_0
    if (!(digit >= 0 && digit <= 9)) return undefined
    if (at - from < digits) units = 10 * units + digit
    else if (digit !== 0) return undefined
  }
  return units * 10 ** Math.max(0, digits - (end - from))
}

const DIGITS: Readonly<Record<TimeUnit, number>> = { millis: 3, micros: 6, nanos: 9 }
const FRACTION_MAX = 30
const DIGIT_0 = 0x30
const DAY_SECONDS = 86_400
/** Of `2026-11-22`, `10:00:00` and `+02:00`. */
const DATE_LENGTH = 10
const TIME_LENGTH = 8
const OFFSET_LENGTH = 6
