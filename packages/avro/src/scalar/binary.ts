import { base64Of, bytesOfBase64 } from '#text'
import type { Scalar } from './scalar.ts'

/** Bytes are base64 in JSON: RFC 4648, section 4, padded; one text for the same bytes. */
export const bytes: Scalar<Uint8Array> = {
  wanted: 'bytes in base64',
  jsonKinds: ['string'],
  read: (input) => input.readBytes(),
  format: formatBase64,
  parse: parseBase64,
  write: (output, raw) => output.writeBytes(raw),
}

export function fixedOf(size: number): Scalar<Uint8Array> {
  return {
    wanted: `${size} bytes in base64`,
    jsonKinds: ['string'],
    read: (input) => input.readFixed(size),
    format: formatBase64,
    parse: (value) => {
      const raw = parseBase64(value)
      return raw?.length === size ? raw : undefined
    },
    write: (output, raw) => output.writeFixed(raw),
  }
}

function formatBase64(raw: Uint8Array): string {
  return `"${base64Of(raw)}"`
}

function parseBase64(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length % 4 !== 0) return undefined
  if (!LETTERS.test(value)) return undefined
  const raw = bytesOfBase64(value)
  // The last letter may have bits that no byte takes: another text for the same bytes.
  const tail = value.slice(-4)
  return value === '' || base64Of(raw.subarray(raw.length - tailSize(tail))) === tail
    ? raw
    : undefined
}

function tailSize(tail: string): number {
  if (tail.endsWith('==')) return 1
  return tail.endsWith('=') ? 2 : 3
}

const LETTERS = /^[A-Za-z0-9+/]*={0,2}$/
