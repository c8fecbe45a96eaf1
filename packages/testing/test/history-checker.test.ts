import { describe, expect, test } from 'vitest'
import type { Answer, Operation, ReadRecord, SentRecord } from '../src/history.ts'
import { checkHistory, expectSoundHistory } from '../src/history-checker.ts'

/** Each operation is over before the next begins. */
function inTurn(...steps: readonly ((moment: number) => Operation)[]): readonly Operation[] {
  return steps.map((step, index) => step(2 * index))
}

const at = (began: number) => ({ began, ended: began + 1 })

function send(answer: Answer, ...records: readonly (string | SentRecord)[]) {
  const sent = records.map((each) => (typeof each === 'string' ? { log: 't', value: each } : each))
  return (moment: number): Operation => ({ kind: 'send', answer, records: sent, ...at(moment) })
}

function sent(value: string, offset: number): SentRecord {
  return { log: 't', value, offset }
}

function poll(records: readonly ReadRecord[], from?: number) {
  const where = from === undefined ? {} : { from }
  return (moment: number): Operation => ({
    kind: 'poll',
    reader: 'r',
    log: 't',
    records,
    ...where,
    ...at(moment),
  })
}

function contents(logStartOffset: number, ...values: readonly string[]) {
  const records = values.map((value, index) => ({ offset: logStartOffset + index, value }))
  return (moment: number): Operation => ({
    kind: 'contents',
    log: 't',
    logStartOffset,
    records,
    ...at(moment),
  })
}

function trim(answer: Answer, offset: number) {
  return (moment: number): Operation => ({ kind: 'trim', answer, log: 't', offset, ...at(moment) })
}

const restart = (moment: number): Operation => ({ kind: 'restart', at: moment })

function kinds(...steps: readonly ((moment: number) => Operation)[]): readonly string[] {
  return checkHistory(inTurn(...steps)).map(({ kind }) => kind)
}

test('a history in which everything is as it was told has no anomalies', () => {
  const history = inTurn(
    send('acknowledged', sent('a', 0), sent('b', 1)),
    poll([{ offset: 0, value: 'a' }], 0),
    restart,
    send('unknown', 'c'),
    poll([{ offset: 1, value: 'b' }]),
    send('unknown', 'd', 'e'),
    send('refused', 'f'),
    restart,
    contents(0, 'a', 'b', 'd', 'e'),
    poll([{ offset: 2, value: 'd' }]),
    trim('acknowledged', 2),
    contents(2, 'd', 'e'),
  )
  expect(checkHistory(history)).toEqual([])
  expect(() => expectSoundHistory(history)).not.toThrow()
})

describe('named as it is:', () => {
  test('what was acknowledged and is not there is a lost write, or unseen at the end', () => {
    const both = send('acknowledged', sent('a', 0), sent('b', 1))
    const named = 'lost-write'
    expect(kinds(both, contents(0, 'c'), send('unknown', 'c'))).toContain(named)
    expect(kinds(both, contents(0, 'a'))).toEqual(['unseen'])
    expect(kinds(both)).toEqual(['unseen', 'unseen'])
    expect(kinds(send('unknown', 'x', 'y'), contents(0))).toEqual([])
  })

  test('one value at two places is a duplicate, also when one is only answered', () => {
    const acknowledged = send('acknowledged', sent('a', 0))
    expect(kinds(acknowledged, send('unknown', 'b'), contents(0, 'b', 'a'))).toContain('duplicate')
    expect(kinds(acknowledged, contents(0, 'a', 'a'))).toEqual(['duplicate'])
    expect(kinds(acknowledged, acknowledged, contents(0, 'a'))).toEqual([])
  })

  test('two values at one place are inconsistent offsets, and after a restart an offset reused', () => {
    const first = send('acknowledged', sent('a', 0))
    const second = send('acknowledged', sent('b', 0))
    expect(kinds(first, second, contents(0, 'b'))).toEqual(['inconsistent-offsets', 'lost-write'])
    expect(kinds(first, restart, second, contents(0, 'b'))).toEqual(['offset-reuse', 'lost-write'])
  })

  test('a reader that is given a later or an earlier offset than the next', () => {
    const all = send('acknowledged', sent('a', 0), sent('b', 1), sent('c', 2))
    const [a, b, c] = [
      { offset: 0, value: 'a' },
      { offset: 1, value: 'b' },
      { offset: 2, value: 'c' },
    ] as const
    const end = contents(0, 'a', 'b', 'c')
    expect(kinds(all, poll([a, c]), end)).toEqual(['poll-skip'])
    expect(kinds(all, poll([a]), poll([c]), end)).toEqual(['poll-skip'])
    expect(kinds(all, poll([a, b]), poll([b]), end)).toEqual(['nonmonotonic-poll'])
    expect(kinds(all, poll([a, b]), poll([b], 1), end)).toEqual([])
    expect(kinds(all, poll([c]), poll([a], 0), poll([b]), end)).toEqual([])
  })

  test('a record that was read and is gone, or was refused, is a dirty read', () => {
    const read = poll([{ offset: 0, value: 'a' }])
    expect(kinds(send('unknown', 'a'), read, restart, contents(0))).toEqual(['dirty-read'])
    expect(kinds(send('refused', 'a'), read, contents(0))).toEqual(['dirty-read'])
    const twice = [send('refused', 'a'), send('acknowledged', sent('a', 0))] as const
    expect(kinds(...twice, read, contents(0, 'a'))).toEqual([])
  })

  test('a record that nobody sent there is a phantom', () => {
    expect(kinds(contents(0, 'a'))).toEqual(['phantom'])
    const elsewhere = send('unknown', { log: 'u', value: 'a' })
    expect(kinds(elsewhere, contents(0, 'a'))).toContain('phantom')
  })

  test('some records of an append without the others are half of it', () => {
    expect(kinds(send('unknown', 'a', 'b'), contents(0, 'a'))).toEqual(['half-append'])
    expect(kinds(send('unknown', 'a', 'b'), trim('unknown', 1), contents(1, 'b'))).toEqual([])
  })

  test('a trim that is undone, and one that takes more than it was asked for', () => {
    const both = send('acknowledged', sent('a', 0), sent('b', 1), sent('c', 2))
    expect(kinds(both, trim('acknowledged', 1), contents(0, 'a', 'b', 'c'))).toEqual([
      'trim-undone',
    ])
    expect(kinds(both, trim('unknown', 1), contents(0, 'a', 'b', 'c'))).toEqual([])
    expect(kinds(both, trim('unknown', 1), contents(2, 'c'))).toEqual(['lost-write'])
    expect(kinds(both, trim('unknown', Infinity))).toEqual([])
  })
})

test('the error names the anomalies, ten of them at most', () => {
  const history = inTurn(contents(0, ...Array.from({ length: 12 }, (_, index) => `value ${index}`)))
  expect(() => expectSoundHistory(history)).toThrow('12 anomalies.\nphantom: value 0 at t 0')
  expect(() => expectSoundHistory(history)).not.toThrow('value 10')
})
