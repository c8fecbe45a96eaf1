/** The kinds of value that a record's fields have. Each is read at the cursor, which moves past it. */
import type { JsonCursor } from './json-cursor.ts'
import { base64OfString, utf8OfString } from './json-string.ts'
import { RecordFault } from './record-fault.ts'

/** Any JSON, as the text that was sent; null for null. */
export function readJson(cursor: JsonCursor): Uint8Array | null {
  const isNull = cursor.peek() === LETTER_N
  const start = cursor.at
  const end = cursor.skipValue()
  return isNull ? null : cursor.bytes.subarray(start, end)
}

export function readUtf8(cursor: JsonCursor): Uint8Array {
  const start = cursor.at
  return utf8OfString(cursor.bytes, start, cursor.skipString())
}

export function readNullableUtf8(cursor: JsonCursor): Uint8Array | null {
  if (cursor.peek() !== LETTER_N) return readUtf8(cursor)
  cursor.skipValue()
  return null
}

export function readBase64(cursor: JsonCursor): Uint8Array {
  const start = cursor.at
  return base64OfString(cursor.bytes, start, cursor.skipString())
}

export function readInteger(cursor: JsonCursor, maximum: number): number {
  const start = cursor.at
  const text = cursor.bytes.toString('latin1', start, cursor.skipValue())
  // A string, too, could be turned into a number; JSON's numbers begin like this.
  const value = /^[-0-9]/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= 0 && value <= maximum) return value
  throw new RecordFault('INVALID_RECORD', `This must be an integer from 0 to ${maximum}.`)
}

/** Only null begins so; what else does is not JSON, and shows when it is read. */
const LETTER_N = 0x6e
