import type { Offset } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { parseSegmentFileName, segmentBaseOffsets, segmentFileName } from '../src/segment-files.ts'

test('a segment’s files are named by its base offset in 20 digits', () => {
  expect(segmentFileName(42 as Offset, 'log')).toBe('00000000000000000042.log')
  expect(parseSegmentFileName('00000000000000000042.timeindex')).toEqual({
    baseOffset: 42,
    kind: 'timeindex',
  })
})

test.each([
  '42.log',
  '00000000000000000042.log.deleted',
  '00000000000000000042.cleaned',
  '0000000000000000004x.log',
  '99999999999999999999.log',
  'leader-epoch-checkpoint',
])('%s is no file of a segment', (name) => {
  expect(parseSegmentFileName(name)).toBeUndefined()
})

test('base offsets come in the order of their numbers', () => {
  const names = [
    '00000000000000000100.log',
    '00000000000000000000.index',
    '00000000000000000009.log',
    '00000000000000000000.log',
  ]
  expect(segmentBaseOffsets(names)).toEqual([0, 9, 100])
})
