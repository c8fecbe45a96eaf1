import { BEYOND_DOUBLE } from './exact-json.ts'

/** A JSON value in a message: what it is, or its beginning. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === BEYOND_DOUBLE || value === Infinity || value === -Infinity)
    return 'a number beyond what a double holds'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = typeof value === 'bigint' ? `${value}` : JSON.stringify(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}

const SHOWN_MAX = 60
