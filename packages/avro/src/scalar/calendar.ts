/** Days since 1970-01-01 and the dates of the Gregorian calendar, in the years that RFC 3339 has: 0000 to 9999. */
export const FIRST_DAY = -719_528
export const LAST_DAY = 2_932_896

let lastDay = Number.NaN
let lastText = ''

/** `2026-11-22`. Times that come together are mostly of one day: the last one is kept. */
export function formatDay(day: number): string {
  if (day !== lastDay) {
    lastText = makeText(day)
    lastDay = day
  }
  return lastText
}

/**
 * Years begin in March here, so that the day that some have more is their last. After Howard Hinnant's
 * "chrono-Compatible Low-Level Date Algorithms".
 */
function makeText(day: number): string {
  const sinceYear0 = day + DAYS_TO_1970
  const era = Math.floor(sinceYear0 / ERA_DAYS)
  const dayOfEra = sinceYear0 - era * ERA_DAYS
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`
}

/** The day of the date that the text has at its beginning; undefined: it has none. */
export function parseDay(text: string): number | undefined {
  const year = 100 * readTwoDigits(text, 0) + readTwoDigits(text, 2)
  const month = readTwoDigits(text, 5)
  const dayOfMonth = readTwoDigits(text, 8)
  if (text[4] !== '-' || text[7] !== '-' || Number.isNaN(year + month + dayOfMonth))
    return undefined
  if (month < 1 || month > 12 || dayOfMonth < 1) return undefined
  if (dayOfMonth > daysOf(month, year)) return undefined
  const marchYear = month <= 2 ? year - 1 : year
  const marchMonth = month <= 2 ? month + 9 : month - 3
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + dayOfMonth - 1
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  return era * ERA_DAYS + 365 * yearOfEra + leapDays + dayOfYear - DAYS_TO_1970
}

function daysOf(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** NaN: there are none. */
export function readTwoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - DIGIT_0
  const ones = text.charCodeAt(at + 1) - DIGIT_0
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN
}

export function twoDigits(number: number): string {
  return TWO_DIGITS[number] ?? String(number)
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))
const DIGIT_0 = 0x30
const ERA_DAYS = 146_097
/** From 0000-03-01 on. */
const DAYS_TO_1970 = 719_468
