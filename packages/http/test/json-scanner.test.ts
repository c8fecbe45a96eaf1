import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faultPosition, isFault, JSON_NESTING_MAX, skipValue } from '../src/json-scanner.ts'

const ALPHABET = [
  ...'{}[]",:0123456789-+.eE\\u/bfnrt truefalsn\n\r\t'.split(''),
  '\u0000',
  'é',
  '😀',
]

describe('the scanner', () => {
  test('accepts any JSON that JSON.stringify writes, with any indentation', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.nat(4), (json, indent) => {
        expect(accepts(JSON.stringify(JSON.parse(json), null, indent))).toBe(true)
      }),
    )
  })

  test('agrees with JSON.parse about JSON that was cut, or had a character changed', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 5 }),
        fc.nat(),
        fc.constantFrom(...ALPHABET),
        fc.constantFrom('cut', 'replace', 'insert', 'remove'),
        (json, seed, character, change) => {
          const at = seed % (json.length + 1)
          const after = change === 'replace' || change === 'remove' ? at + 1 : at
          const middle = change === 'replace' || change === 'insert' ? character : ''
          expectAgreement(json.slice(0, at) + middle + (change === 'cut' ? '' : json.slice(after)))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('agrees with JSON.parse about texts of the characters that JSON is made of', () => {
    const text = fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 12 })
    fc.assert(fc.property(text, expectAgreement), { numRuns: 5000 })
  })

  test('agrees with JSON.parse about long texts with something in them, wherever that is, and about where they end', () => {
    const long = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 200 })
    const times = fc.constantFrom(1, 2, 30, 60)
    fc.assert(
      fc.property(long, times, long, fc.constantFrom(...ALPHABET), (head, count, tail, middle) => {
        const text = JSON.stringify(head).slice(1, -1).repeat(count)
        const end = JSON.stringify(tail).slice(1, -1).repeat(count)
        expectAgreement(`"${text}${middle}${end}"`)
        expectAgreement(`["${text}${end}",{"${end}${middle}":"${text}"}]`)
        expectAgreement(`"${text}${end}`)
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    '0',
    '-0',
    '1.5',
    '1e400',
    '-1.5E+10',
    '12345678901234567890.0123456789',
    '""',
    '"\\u00e9"',
    '"\\ud800"',
    '[]',
    '{}',
    '[[],{}]',
    'true',
    'null',
    '{"":1,"":2}',
  ])('accepts %s', (text) => {
    expect(accepts(text)).toBe(true)
  })

  test.each([
    '',
    ' ',
    '01',
    '+1',
    '.5',
    '1.',
    '1e',
    '-',
    '--1',
    'tru',
    'nul',
    'True',
    "'a'",
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '{"a"}',
    '{"a":}',
    '[1 2]',
    '"\t"',
    '"\\x"',
    '"\\u12g4"',
    '"\\u123',
    '"open',
    'NaN',
    '\ufeff1',
    '/* */1',
    '[',
    '{',
    '{"a":1',
    '[1',
    '1 2',
  ])('refuses %j', (text) => {
    expect(accepts(text)).toBe(false)
  })

  test('says where the fault is', () => {
    expect(faultAt('{"a":1,}')).toBe(7)
    expect(faultAt('{"a":tru}')).toBe(8)
    expect(faultAt('[1,2')).toBe(4)
  })

  test(`takes ${JSON_NESTING_MAX} levels, and no more`, () => {
    expect(accepts(nested(JSON_NESTING_MAX))).toBe(true)
    const tooDeep = Buffer.from(nested(JSON_NESTING_MAX + 1))
    const result = skipValue(tooDeep, 0, tooDeep.length, JSON_NESTING_MAX)
    expect(isFault(result)).toBe(true)
    expect(faultPosition(result)).toBeUndefined()
  })

  test('never looks past the end that it was given', () => {
    for (const text of ['12', 'true', '"ab"', '[1]', '{"a":1}', '"\\u0041"', '1.5', '1e5', '-1']) {
      const bytes = Buffer.from(text)
      for (let end = 0; end < bytes.length; end++) {
        const shorter = skipValue(bytes.subarray(0, end), 0, end, 64)
        expect(skipValue(bytes, 0, end, 64), `${text} up to ${end}`).toBe(shorter)
      }
    }
  })
})

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

/** White space around a value is the caller's; trimmed here as JSON.parse allows it. */
function accepts(text: string): boolean {
  const bytes = Buffer.from(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''))
  return skipValue(bytes, 0, bytes.length, JSON_NESTING_MAX) === bytes.length && bytes.length > 0
}

function expectAgreement(text: string): void {
  expect(accepts(text), JSON.stringify(text)).toBe(isJson(text))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function faultAt(text: string): number | undefined {
  const bytes = Buffer.from(text)
  return faultPosition(skipValue(bytes, 0, bytes.length, JSON_NESTING_MAX))
}
