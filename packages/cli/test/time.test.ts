import { expect, test } from 'vitest'
import { formatDuration, formatTime, parseTime } from '../src/time.ts'

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0)

test.each([
  ['now', NOW],
  ['15m', NOW - 900_000],
  ['-2h', NOW - 7_200_000],
  ['1.5h', NOW - 5_400_000],
  ['7d', NOW - 604_800_000],
  ['250ms', NOW - 250],
  ['1763800000000', 1_763_800_000_000],
  ['0', 0],
  ['2026-11-22T10:00:00Z', NOW],
  ['2026-11-22T11:00:00+01:00', NOW],
  ['2026-11-22t10:00:00.250z', NOW + 250],
  ['2026-11-22T10:00', new Date(2026, 10, 22, 10).getTime()],
  ['2026-11-22 10:00:00', new Date(2026, 10, 22, 10).getTime()],
  ['2026-11-22', new Date(2026, 10, 22).getTime()],
])('%s is a time', (text, expected) => {
  expect(parseTime(text, NOW)).toBe(expected)
})

test.each([
  '',
  'yesterday',
  '2026-02-31',
  '2026-13-01',
  '10:00',
  '5 m',
  '99999999999999999',
  '1e3',
])('"%s" is none', (text) => {
  expect(parseTime(text, NOW)).toBeUndefined()
})

test('what is shown as a time is taken as that time', () => {
  expect(parseTime(formatTime(NOW + 123), NOW)).toBe(NOW + 123)
  expect(formatTime(Number.MAX_SAFE_INTEGER)).toBe(String(Number.MAX_SAFE_INTEGER))
})

test('a duration is told in its two largest units', () => {
  expect([0, 999, 1000, 65_000, 3_605_000, 90_061_000].map(formatDuration)).toEqual([
    '0ms',
    '999ms',
    '1s',
    '1m 5s',
    '1h',
    '1d 1h',
  ])
})
