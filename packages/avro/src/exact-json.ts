/** JSON with every digit of its integers: one that is no safe integer is a bigint. Throws SyntaxError. */
export function parseExactJson(text: string): unknown {
  return (hasLongInteger(text) ? JSON.parse(text, withDigits) : JSON.parse(text)) as unknown
}

/** The same, with BEYOND_DOUBLE for numbers that a double does not hold. Throws SyntaxError. */
export function parseSoundJson(text: string): unknown {
  return JSON.parse(text, (key, value: unknown, context?: { readonly source?: string }) => {
    return value === Infinity || value === -Infinity
      ? BEYOND_DOUBLE
      : withDigits(key, value, context)
  })
}

/** In place of a number that would be taken for an infinite one. */
export const BEYOND_DOUBLE = Symbol('a number beyond what a double holds')

/** White space between tokens left out; for the rest as it was written. Of text that is JSON. */
export function compactJson(text: string): string {
  return text.replace(STRING_OR_SPACE, '$1')
}

/** How deep objects and arrays nest. Of text that is JSON. */
export function nestingOf(text: string): number {
  let deepest = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '"') at = endOfString(text, at)
    else if (letter === '{' || letter === '[') deepest = Math.max(deepest, ++depth)
    else if (letter === '}' || letter === ']') depth--
  }
  return deepest
}

function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

/**
 * Whether there are so many digits in a row, and not after a point, that a number might not hold them. Of as many in
 * a row one is at a place that is looked at.
 */
function hasLongInteger(text: string): boolean {
  for (let at = LONG_DIGITS - 1; at < text.length; at += LONG_DIGITS) {
    if (!isDigit(text, at)) continue
    let start = at
    while (isDigit(text, start - 1)) start--
    while (isDigit(text, at + 1)) at++
    if (at - start >= LONG_DIGITS - 1 && text[start - 1] !== '.') return true
  }
  return false
}

function isDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0x30 && unit <= 0x39
}

/** The third argument is of ES2026, which the compiler's libraries do not have yet. */
function withDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value
}

/** 2^53 has as many. */
const LONG_DIGITS = 16
const INTEGER = /^-?\d+$/
const STRING_OR_SPACE = /("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g
