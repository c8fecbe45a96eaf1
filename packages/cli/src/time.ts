/**
 * A moment as people and programs write it, in milliseconds since the epoch:
 *
 *     2026-11-22T10:00:00Z  2026-11-22T10:00  2026-11-22     without a zone: local time
 *     1763800000000                                          milliseconds since the epoch
 *     90s  15m  2h  7d  -2h  now                             that long ago
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  if (text === 'now') return nowMs
  const agoMs = parseDuration(text.replace(/^-/, ''))
  if (agoMs !== undefined) return nowMs - agoMs
  if (EPOCH_MS.test(text)) {
    const milliseconds = Number(text)
    return Number.isSafeInteger(milliseconds) ? milliseconds : undefined
  }
  if (!DATE.test(text)) return undefined
  // A bare date would be read as UTC, a date with a time as local: the same hour is meant by both.
  const local = text.length === DATE_LENGTH ? `${text}T00:00` : text.replace(' ', 'T')
  const milliseconds = Date.parse(local)
  return Number.isNaN(milliseconds) || !isCalendarDay(text) ? undefined : milliseconds
}

/** `90s`, `15m`, `1.5h`, in milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = DURATION.exec(text) ?? []
  return count === undefined ? undefined : Math.round(Number(count) * (UNIT_MS[unit] ?? 0))
}

/** For a table: UTC, to the millisecond; what `parseTime` takes back. */
export function formatTime(milliseconds: number): string {
  if (Math.abs(milliseconds) > DATE_MS_MAX) return String(milliseconds)
  return new Date(milliseconds).toISOString()
}

/** For a table: the two largest units, as in `2h 5m`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)}ms`
  const parts: string[] = []
  let rest = Math.floor(milliseconds / 1_000)
  for (const [unit, seconds] of DURATION_UNITS) {
    if (rest >= seconds && parts.length < 2) {
      parts.push(`${Math.floor(rest / seconds)}${unit}`)
      rest %= seconds
    } else if (parts.length > 0) break
  }
  return parts.join(' ')
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/
const EPOCH_MS = /^\d{1,16}$/
const DATE =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i
const DATE_LENGTH = '2026-11-22'.length
/** What a Date can hold. */
const DATE_MS_MAX = 8.64e15

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const DURATION_UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

/** Date.parse takes February 31st for March 3rd. */
function isCalendarDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, DATE_LENGTH).split('-').map(Number)
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
