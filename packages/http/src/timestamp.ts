import { LogError } from '@millrace/model/log-error'

/** Milliseconds since the epoch, from themselves or from RFC 3339 that has the pattern of it. */
export function parseTimestamp(value: number | string): number {
  if (typeof value === 'number') return value
  // In a query "+" means a space: who typed an offset like +01:00 by hand meant the plus.
  const time = Date.parse(value.replace(' ', '+'))
  // Beyond what the pattern sees: an hour 25, or a time before the epoch.
  if (!Number.isNaN(time) && time >= 0) return time
  throw new LogError('INVALID_REQUEST', `${JSON.stringify(value)} is no time since 1970.`)
}
