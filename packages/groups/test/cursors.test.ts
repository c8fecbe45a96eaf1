import type { Offset } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { Cursors } from '../src/cursors.ts'
import type { GroupCursor } from '../src/group-cursor.ts'
import { topicPartition } from '../src/topic-partition.ts'

const SECRET = Buffer.alloc(32, 7)

function cursorOf(memberId: string, offset: number): GroupCursor {
  const position = { offset: offset as Offset, isRevoked: false }
  return { memberId, epoch: 3, turn: 0, positions: new Map([[topicPartition('t', 0), position]]) }
}

test('a cursor is opened by whoever has the secret, whether it is remembered or not', () => {
  const cursors = new Cursors(SECRET)
  const text = cursors.seal('g', cursorOf('m', 5))
  for (const store of [cursors, new Cursors(SECRET)]) {
    expect(store.open('g', text).cursor).toEqual(cursorOf('m', 5))
    expect(() => store.open('h', text)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST' }),
    )
  }
})

test('where nothing happens the cursor stays the same, and what is known of it', () => {
  const cursors = new Cursors(SECRET)
  const text = cursors.seal('g', cursorOf('m', 5))
  cursors.open('g', text).isCommitted = true
  expect(cursors.seal('g', cursorOf('m', 5))).toBe(text)
  expect(cursors.open('g', text).isCommitted).toBe(true)
  const next = cursors.seal('g', cursorOf('m', 6))
  expect(next).not.toBe(text)
  expect(cursors.open('g', next)).toMatchObject({ cursor: cursorOf('m', 6), isCommitted: false })
  // The one before is as good as ever.
  expect(cursors.open('g', text)).toMatchObject({ cursor: cursorOf('m', 5), isCommitted: false })
})

test('what is found out about a cursor that was sealed in another life is known when it comes again', () => {
  const text = new Cursors(SECRET).seal('g', cursorOf('m', 5))
  const cursors = new Cursors(SECRET)
  cursors.open('g', text).isCommitted = true
  expect(cursors.open('g', text).isCommitted).toBe(true)
  expect(cursors.seal('g', cursorOf('m', 5))).toBe(text)
})

test('members of one name in several groups are told apart', () => {
  const cursors = new Cursors(SECRET)
  const one = cursors.seal('g', cursorOf('m', 5))
  const other = cursors.seal('h', cursorOf('m', 5))
  expect(one).not.toBe(other)
  expect(cursors.open('g', one).group).toBe('g')
  expect(cursors.open('h', other).group).toBe('h')
})
