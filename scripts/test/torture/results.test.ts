import { expect, test } from 'vitest'
import { afterOlder, type AttackResult } from '../../torture/results.ts'

const OLDER: AttackResult = {
  name: 'some-attack',
  about: 'What it does.',
  unit: 'cases',
  target: 100,
  cases: 40,
  firstSeed: 1,
  nextSeed: 43,
  counts: { kills: 40, answers: 3 },
  minutes: 1.5,
  commit: 'aaaaaaa',
  date: '2026-01-01',
  command: 'pnpm torture some-attack --minutes 2',
  machine: 'a machine',
}

test('a run that goes on where the older one ended is added to it', () => {
  const command = 'pnpm torture some-attack --seed 43'
  const newer = {
    ...OLDER,
    firstSeed: 43,
    nextSeed: 103,
    cases: 60,
    counts: { kills: 60 },
    commit: 'bbbbbbb',
    command,
  }
  expect(afterOlder(newer, OLDER)).toMatchObject({
    cases: 100,
    firstSeed: 1,
    nextSeed: 103,
    counts: { kills: 100, answers: 3 },
    minutes: 3,
    commit: 'aaaaaaa and bbbbbbb',
    command: `${OLDER.command}, then ${command}`,
  })
})

test('any other run takes its place', () => {
  const again = { ...OLDER, cases: 10 }
  expect(afterOlder(again, OLDER)).toBe(again)
  expect(afterOlder({ ...again, firstSeed: 41 }, OLDER)).toMatchObject({ cases: 10, firstSeed: 41 })
  expect(afterOlder(again, undefined)).toBe(again)
})
