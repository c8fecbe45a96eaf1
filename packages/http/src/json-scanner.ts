/**
 * A strict scanner over JSON text as bytes: it tells where a value ends, and builds nothing. So a value
 * can be stored as the text that was sent, with every digit, and costs no garbage.
 *
 * It accepts what `JSON.parse` accepts (RFC 8259) and nothing else, but for nesting beyond
 * `JSON_NESTING_MAX`. That the bytes are UTF-8 is for the caller to know: `node:buffer` checks that faster.
 *
 * Each function begins at its second argument, never looks at or past `end`, and answers with the position after what
 * it skipped, or with a fault: a negative number that `faultPosition` turns back into a place.
 */

/** Deeper values are refused, going in; nobody writes them by hand, and some parsers recurse. */
export const JSON_NESTING_MAX = 64

export function isFault(result: number): boolean {
  return result < 0
}

/** Where the fault is; undefined: the value nests too deep. */
export function faultPosition(fault: number): number | undefined {
  return fault === TOO_DEEP ? undefined : ~fault
}

const TOO_DEEP = Number.MIN_SAFE_INTEGER

export function skipWhitespace(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && isWhitespace(bytes[at] as number)) at++
  return at
}

function isWhitespace(byte: number): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB
}

/** One value of any kind, its first byte at `at`. `levels` is how deep it may still nest. */
export function skipValue(bytes: Buffer, at: number, end: number, levels: number): number {
  if (at >= end) return ~at
  switch (bytes[at]) {
    case QUOTE:
      return skipString(bytes, at, end)
    case OPEN_BRACE:
      return levels === 0 ? TOO_DEEP : skipObject(bytes, at, end, levels - 1)
    case OPEN_BRACKET:
      return levels === 0 ? TOO_DEEP : skipArray(bytes, at, end, levels - 1)
    case 0x74:
      return skipLiteral(bytes, at, end, TRUE)
    case 0x66:
      return skipLiteral(bytes, at, end, FALSE)
    case 0x6e:
      return skipLiteral(bytes, at, end, NULL)
    default:
      return skipNumber(bytes, at, end)
  }
}

/** A string, its opening quote at `from`. */
export function skipString(bytes: Buffer, from: number, end: number): number {
  let at = from + 1
  const shortEnd = Math.min(at + SHORT, end)
  while (at < shortEnd && STOPS_A_STRING[bytes[at] as number] === 0) at++
  if (at === shortEnd) at = skipPlainText(bytes, at, end)
  for (;;) {
    while (at < end && STOPS_A_STRING[bytes[at] as number] === 0) at++
    if (at >= end) return ~end
    if (bytes[at] === QUOTE) return at + 1
    if (bytes[at] !== BACKSLASH) return ~at
    at = skipEscape(bytes, at, end)
    if (at < 0) return at
  }
}

/**
 * Goes on in a string as long as nothing stops it, in pieces that are searched natively: this is where the time of a
 * produce goes. Answers with a place at or before the first byte that stops it. Once a string, so that it stays linear.
 */
function skipPlainText(bytes: Buffer, from: number, end: number): number {
  const quote = bytes.indexOf(QUOTE, from)
  const textEnd = quote === -1 || quote > end ? end : quote
  let at = from
  while (at < textEnd) {
    const pieceEnd = Math.min(at + PIECE, textEnd)
    if (STOPS_A_TEXT.test(bytes.toString('latin1', at, pieceEnd))) return at
    at = pieceEnd
  }
  return at
}

function skipEscape(bytes: Buffer, at: number, end: number): number {
  if (at + 1 >= end) return ~end
  const letter = bytes[at + 1] as number
  if (letter !== LETTER_U) return ESCAPES.includes(letter) ? at + 2 : ~(at + 1)
  for (let digit = at + 2; digit < at + 6; digit++) {
    if (digit >= end) return ~end
    if (!isHexDigit(bytes[digit] as number)) return ~digit
  }
  return at + 6
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66)
}

function skipObject(bytes: Buffer, from: number, end: number, levels: number): number {
  let at = skipWhitespace(bytes, from + 1, end)
  if (at < end && bytes[at] === CLOSE_BRACE) return at + 1
  for (;;) {
    if (at >= end || bytes[at] !== QUOTE) return ~at
    at = skipString(bytes, at, end)
    if (at < 0) return at
    at = skipWhitespace(bytes, at, end)
    if (at >= end || bytes[at] !== COLON) return ~at
    at = skipValue(bytes, skipWhitespace(bytes, at + 1, end), end, levels)
    if (at < 0) return at
    at = skipWhitespace(bytes, at, end)
    if (at >= end) return ~at
    if (bytes[at] === CLOSE_BRACE) return at + 1
    if (bytes[at] !== COMMA) return ~at
    at = skipWhitespace(bytes, at + 1, end)
  }
}

function skipArray(bytes: Buffer, from: number, end: number, levels: number): number {
  let at = skipWhitespace(bytes, from + 1, end)
  if (at < end && bytes[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    at = skipValue(bytes, at, end, levels)
    if (at < 0) return at
    at = skipWhitespace(bytes, at, end)
    if (at >= end) return ~at
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    if (bytes[at] !== COMMA) return ~at
    at = skipWhitespace(bytes, at + 1, end)
  }
}

function skipNumber(bytes: Buffer, from: number, end: number): number {
  let at = from
  if (bytes[at] === MINUS) at++
  if (at < end && bytes[at] === ZERO) at++
  else {
    at = skipDigits(bytes, at, end)
    if (at < 0) return at
  }
  if (at < end && bytes[at] === POINT) {
    at = skipDigits(bytes, at + 1, end)
    if (at < 0) return at
  }
  if (at < end && ((bytes[at] as number) | 0x20) === LETTER_E) {
    at++
    if (at < end && (bytes[at] === PLUS || bytes[at] === MINUS)) at++
    at = skipDigits(bytes, at, end)
  }
  return at
}

function skipDigits(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && isDigit(bytes[at] as number)) at++
  return at === from ? ~at : at
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

function skipLiteral(bytes: Buffer, at: number, end: number, literal: Uint8Array): number {
  for (let index = 0; index < literal.length; index++) {
    if (at + index >= end || bytes[at + index] !== literal[index]) return ~(at + index)
  }
  return at + literal.length
}

const TAB = 0x09
export const LINE_FEED = 0x0a
export const CARRIAGE_RETURN = 0x0d
export const SPACE = 0x20
export const QUOTE = 0x22
const PLUS = 0x2b
export const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
export const COLON = 0x3a
export const OPEN_BRACKET = 0x5b
export const BACKSLASH = 0x5c
export const CLOSE_BRACKET = 0x5d
const LETTER_E = 0x65
const LETTER_U = 0x75
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

/** The closing quote, the backslash, and control characters, which JSON does not have in a string. */
const STOPS_A_STRING = new Uint8Array(256).fill(1, 0, SPACE)
STOPS_A_STRING[QUOTE] = 1
STOPS_A_STRING[BACKSLASH] = 1

const ESCAPES = Buffer.from('"\\/bfnrt')
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')
/** Of a string in Latin-1, its quotes left out: a control character, or a backslash. */
const STOPS_A_TEXT = /[^\u0020-\u005b\u005d-\u00ff]/
/** Up to here a look-up for each byte is quicker. */
const SHORT = 48
const PIECE = 4096
