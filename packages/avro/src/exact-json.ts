/** JSON with every digit of its integers: one that is no safe integer is a bigint. Throws SyntaxError. */
export function parseExactJson(text: string): unknown {
  return (LONG_DIGITS.test(text) ? JSON.parse(text, withDigits) : JSON.parse(text)) as unknown
}

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

/** The third argument is of ES2026, which the compiler's libraries do not have yet. */
function withDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value
}

/** Of an integer, not of a fraction. */
const LONG_DIGITS = /(?<![\d.])\d{16}/
const INTEGER = /^-?\d+$/
const STRING_OR_SPACE = /("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g
