import { expect, test } from 'vitest'
import type { Result } from '../../bench/benchmark.ts'
import { renderReport } from '../../bench/report.ts'
import { mergeResults } from '../../bench/results.ts'

const RESULT: Result = {
  name: 'engine-append',
  about: 'Appends beside a file.',
  figures: [{ label: 'engine', value: '100 MiB/s' }],
  verdicts: [{ target: 'at least 0.7 of the file', measured: '0.61', isReached: false }],
  commit: 'abc1234',
  date: '2026-11-22',
  command: 'pnpm bench',
  machine: '2 × a processor',
}

test('a target that was not reached says so, in the table and in its section', () => {
  const report = renderReport([RESULT])
  expect(report).toContain(
    '| [engine-append](#engine-append) | at least 0.7 of the file | 0.61 | **no** |',
  )
  expect(report).toContain('0.61, **not reached**')
})

test('a new result takes the place of the older one of its name, in the order of the list', () => {
  const other = { ...RESULT, name: 'parts' }
  const newer = { ...RESULT, commit: 'def5678' }
  const merged = mergeResults([RESULT, other], [newer], ['parts', 'engine-append'])
  expect(merged).toEqual([other, newer])
})
