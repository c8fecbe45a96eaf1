import type { Offset } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { negotiate } from '../src/negotiation.ts'
import { formatPosition, parsePosition } from '../src/position.ts'
import { parseTimestamp } from '../src/timestamp.ts'

test('a position is read back as it was written', () => {
  const partition = fc.tuple(
    fc.nat(),
    fc.maxSafeNat().map((offset) => offset as Offset),
  )
  const parts = fc.uniqueArray(partition, {
    selector: ([index]) => index,
    minLength: 1,
    maxLength: 64,
  })
  fc.assert(
    fc.property(parts, (written) => {
      expect([...parsePosition(formatPosition(written))]).toEqual(written)
    }),
  )
})

test.each([
  '',
  '0',
  '0:',
  ':1',
  '0:1,',
  '0:-1',
  '0:1.5',
  '0:01',
  '0:1;1:2',
  '0:1,0:2',
  '0:9007199254740992',
  'a:1',
])('the position %j is none', (text) => {
  expect(() => parsePosition(text)).toThrow('is no position')
})

test('a time is milliseconds, or RFC 3339 with any offset, a plus that became a space among them', () => {
  expect(parseTimestamp(5)).toBe(5)
  for (const text of [
    '1970-01-01T01:00:00.005+01:00',
    '1970-01-01T01:00:00.005 01:00',
    '1970-01-01T00:00:00.005Z',
  ]) {
    expect(parseTimestamp(text), text).toBe(5)
  }
  expect(() => parseTimestamp('1970-01-01T25:00:00Z')).toThrow('is no time')
  expect(() => parseTimestamp('1969-12-31T23:59:59Z')).toThrow('is no time')
})

test('the media type is the one preferred of those there are, the first for who takes any', () => {
  const offered = ['application/json', 'text/event-stream'] as const
  expect(negotiate(undefined, offered)).toBe('application/json')
  expect(negotiate('*/*', offered)).toBe('application/json')
  expect(negotiate('text/*', offered)).toBe('text/event-stream')
  expect(negotiate('application/json;q=0.1, text/event-stream', offered)).toBe('text/event-stream')
  expect(negotiate('application/json;q=0, */*', offered)).toBe('text/event-stream')
  expect(() => negotiate('text/html', offered)).toThrow('No answer of the accepted media types')
  expect(() => negotiate('', offered)).not.toThrow()
})
