import { fixedOf } from './binary.ts'
import { string } from './plain.ts'
import type { Scalar } from './scalar.ts'

const WANTED = 'a UUID, like 8f14e45f-ceea-467f-9575-6bd3bb1ed5b2'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const SIZE = 16

/** The text as it is. What is stored may be no UUID, for other writers do not look; it is still shown. */
export const uuidText: Scalar<string> = {
  ...string,
  wanted: WANTED,
  parse: (value) => (isUuid(value) ? value : undefined),
}

export const uuidBytes: Scalar<Uint8Array> = {
  ...fixedOf(SIZE),
  wanted: WANTED,
  format: (raw) => {
    const digits = Array.from(raw, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return `"${digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}"`
  },
  parse: (value) => {
    if (!isUuid(value)) return undefined
    const digits = value.replaceAll('-', '')
    return Uint8Array.from({ length: SIZE }, (_, index) =>
      Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
    )
  },
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value)
}
