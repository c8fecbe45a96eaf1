import { expect, test } from 'vitest'
import type { Answer, Operation } from '../src/history.ts'
import { checkHistory } from '../src/history-checker.ts'

function commit(answer: Answer, offset: number | null, began: number, ended = began + 1) {
  return { kind: 'commit', answer, group: 'g', log: 't', offset, began, ended } as const
}

function committed(offset: number | null, began: number, ended = began + 1) {
  return { kind: 'committed', group: 'g', log: 't', offset, began, ended } as const
}

function kinds(...history: readonly Operation[]): readonly string[] {
  return checkHistory(history).map(({ kind }) => kind)
}

test('the last acknowledged commit is what is committed, also when it goes back', () => {
  const both = [commit('acknowledged', 5, 0), commit('acknowledged', 3, 2)]
  expect(kinds(...both, committed(3, 4))).toEqual([])
  expect(kinds(...both, committed(5, 4))).toEqual(['committed-offset-gone-back'])
  expect(kinds(...both, committed(null, 4))).toEqual(['committed-offset-gone-back'])
  expect(kinds(...both, commit('acknowledged', null, 4), committed(null, 6))).toEqual([])
  expect(kinds(committed(null, 0))).toEqual([])
})

test('of commits at the same time either may be the last', () => {
  const both = [commit('acknowledged', 5, 0, 9), commit('acknowledged', 3, 1, 8)]
  expect(kinds(...both, committed(3, 10))).toEqual([])
  expect(kinds(...both, committed(5, 10))).toEqual([])
})

test('a commit without an answer may have happened, until its life is over', () => {
  const open = [commit('acknowledged', 1, 0), commit('unknown', 2, 2)]
  expect(kinds(...open, committed(1, 4))).toEqual([])
  expect(kinds(...open, committed(2, 4))).toEqual([])
  const later = [commit('acknowledged', 3, 6), committed(2, 8)]
  expect(kinds(...open, ...later)).toEqual([])
  expect(kinds(...open, { kind: 'restart', at: 5 }, ...later)).toEqual([
    'committed-offset-gone-back',
  ])
})

test('what was seen to be committed does not go back to what was before', () => {
  const open = [commit('acknowledged', 1, 0), commit('unknown', 2, 2)]
  expect(kinds(...open, committed(2, 4), committed(1, 6))).toEqual(['committed-offset-gone-back'])
  expect(kinds(...open, committed(1, 4), committed(2, 6))).toEqual([])
})

test('an offset that nobody committed, or whose commit was refused, is a phantom', () => {
  expect(kinds(committed(1, 2))).toEqual(['phantom'])
  expect(kinds(commit('refused', 1, 0), committed(1, 2))).toEqual(['phantom'])
  expect(kinds(commit('acknowledged', 1, 4), committed(1, 2))).not.toEqual([])
})
