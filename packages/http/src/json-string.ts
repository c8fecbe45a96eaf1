/** JSON strings as text or bytes. `start` is the opening quote, `end` the place after the closing one. */
import { BACKSLASH } from './json-scanner.ts'
import { RecordFault } from './record-fault.ts'

export function textOfString(bytes: Buffer, start: number, end: number): string {
  if (!hasEscape(bytes, start, end)) return bytes.toString('utf8', start + 1, end - 1)
  const text: unknown = JSON.parse(bytes.toString('utf8', start, end))
  if (typeof text !== 'string' || !text.isWellFormed()) {
    throw new RecordFault(
      'INVALID_RECORD',
      'A string has half of a surrogate pair, which UTF-8 cannot hold; bytes go into a Base64 field.',
    )
  }
  return text
}

/** The string's UTF-8: a view on `bytes`, unless there are escapes to resolve. */
export function utf8OfString(bytes: Buffer, start: number, end: number): Uint8Array {
  if (!hasEscape(bytes, start, end)) return bytes.subarray(start + 1, end - 1)
  return Buffer.from(textOfString(bytes, start, end))
}

/** What the string says in base64: the standard alphabet, padded, and nothing else. */
export function base64OfString(bytes: Buffer, start: number, end: number): Uint8Array {
  const text = textOfString(bytes, start, end)
  const decoded = decodeBase64(text)
  if (decoded === undefined) {
    throw new RecordFault(
      'INVALID_RECORD',
      'This is not base64 (A-Z a-z 0-9 + /, padded with = to a multiple of four).',
    )
  }
  return decoded
}

/** Undefined when `text` is not base64 as it would be written. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  // Node reads over what is not base64; written again it shows.
  return bytes.toString('base64') === text ? bytes : undefined
}

function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > LONG) return bytes.subarray(start, end).includes(BACKSLASH)
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return true
  return false
}

/** From here on the native search is quicker. */
const LONG = 64
