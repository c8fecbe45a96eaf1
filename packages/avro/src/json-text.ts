/**
 * The bytes of one JSON value while a datum is made of it directly: whatever does not stand there as it is most simply
 * written, in digits that a number holds and in text without escapes, is left to `JSON.parse`.
 *
 * Each function looks at what comes next, white space left out. It moves past it, or answers that it is something else.
 */
import { latin1Of } from '#text'
import type { DatumWriter } from './datum-writer.ts'

export class JsonText {
  readonly #bytes: Uint8Array
  #at = 0
  #latin1: string | undefined

  /** They are UTF-8. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The next byte, or `END`. */
  peek(): number {
    const bytes = this.#bytes
    let byte = bytes[this.#at]
    if (byte !== undefined && byte > SPACE) return byte
    while (byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB) {
      byte = bytes[++this.#at]
    }
    return byte ?? END
  }

  skip(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.#at++
    return true
  }

  skipToken(token: Uint8Array): boolean {
    this.peek()
    if (!this.#has(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  /** A field's name, what stands before it, and the colon behind it. */
  skipKey(separator: number, name: Uint8Array): boolean {
    const start = this.#at
    const end = start + 1 + name.length
    // Mostly there is no white space.
    if (
      this.#bytes[start] === separator &&
      this.#bytes[end] === COLON &&
      this.#has(name, start + 1)
    ) {
      this.#at = end + 1
      return true
    }
    if (this.skip(separator) && this.skipToken(name) && this.skip(COLON)) return true
    this.#at = start
    return false
  }

  #has(token: Uint8Array, at: number): boolean {
    const bytes = this.#bytes
    if (token.length > bytes.length - at) return false
    for (let index = 0; index < token.length; index++) {
      if (bytes[at + index] !== token[index]) return false
    }
    return true
  }

  /** A number with so few digits, and no exponent, that it is computed exactly. */
  readNumber(): number | undefined {
    const bytes = this.#bytes
    const isNegative = this.skip(MINUS)
    const start = this.#at
    let at = start
    let point = -1
    let value = 0
    for (; ; at++) {
      const byte = bytes[at] as number
      if (byte >= ZERO && byte <= NINE) value = 10 * value + (byte - ZERO)
      else if (byte === POINT && point === -1 && at > start) point = at
      else break
    }
    const scale = point === -1 ? 0 : at - point - 1
    const digits = at - start - (point === -1 ? 0 : 1)
    if (digits === 0 || digits > DIGITS_MAX || (point !== -1 && scale === 0)) return undefined
    if (bytes[start] === ZERO && digits - scale > 1) return undefined
    this.#at = at
    const magnitude = scale === 0 ? value : value / 10 ** scale
    return isNegative ? -magnitude : magnitude
  }

  /** A string, as a datum's. */
  copyString(output: DatumWriter): boolean {
    const end = this.#stringEnd()
    if (end === -1) return false
    output.writeStringBytes(this.#bytes, this.#at + 1, end)
    this.#at = end + 1
    return true
  }

  /** A string of ASCII. */
  readAscii(): string | undefined {
    const end = this.#stringEnd()
    if (end === -1) return undefined
    const start = this.#at + 1
    for (let at = start; at < end; at++) if ((this.#bytes[at] as number) >= 0x80) return undefined
    this.#at = end + 1
    this.#latin1 ??= latin1Of(this.#bytes)
    return this.#latin1.slice(start, end)
  }

  /** Where the closing quote of a string without escapes is; -1: there is no such string. */
  #stringEnd(): number {
    if (this.peek() !== QUOTE) return -1
    const bytes = this.#bytes
    let at = this.#at + 1
    while (at < bytes.length && IS_PLAIN[bytes[at] as number] === 1) at++
    return bytes[at] === QUOTE ? at : -1
  }
}

export const END = -1
const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
export const QUOTE = 0x22
const MINUS = 0x2d
export const COMMA = 0x2c
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
export const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
export const CLOSE_BRACKET = 0x5d
export const LETTER_F = 0x66
export const LETTER_N = 0x6e
export const LETTER_T = 0x74
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

/** So many digits, and ten to this power, are exact in a double, and so their quotient is the nearest one. */
const DIGITS_MAX = 15

/** Neither a control character nor a quote nor a backslash. */
const IS_PLAIN = new Uint8Array(256).fill(1, SPACE)
IS_PLAIN[QUOTE] = 0
IS_PLAIN[BACKSLASH] = 0
