import type { Offset } from '@millrace/model/offset'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GroupCursor, openCursor, sealCursor } from '../src/group-cursor.ts'
import { decodeMember, encodeMember, memberKey } from '../src/group-record.ts'
import type { Member } from '../src/member.ts'
import { topicPartition } from '../src/topic-partition.ts'

const topicIds = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'))
const keys = fc
  .tuple(topicIds, fc.nat(9_999))
  .map(([id, partition]) => topicPartition(id, partition))
const names = fc.stringMatching(/^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,30}$/)
const epochs = fc.maxSafeNat()
const position = fc.record({
  offset: fc.maxSafeNat().map((offset) => offset as Offset),
  isRevoked: fc.boolean(),
})
const cursors: fc.Arbitrary<GroupCursor> = fc.record({
  memberId: names,
  epoch: epochs,
  turn: fc.nat(100),
  positions: fc.array(fc.tuple(keys, position), { maxLength: 5 }).map((list) => new Map(list)),
})
const secret = Buffer.alloc(32, 7)

test('a cursor is read back as it was sealed', () => {
  fc.assert(
    fc.property(names, cursors, (group, cursor) => {
      expect(openCursor(secret, group, sealCursor(secret, group, cursor))).toEqual(cursor)
    }),
  )
})

test('a cursor that was changed, or is another group’s, or another store’s, is refused', () => {
  fc.assert(
    fc.property(
      cursors,
      fc.nat(),
      fc.constantFrom('A', 'b', '9', '-', '_', ' ', '=', '%'),
      (cursor, at, letter) => {
        const sealed = sealCursor(secret, 'group', cursor)
        const place = at % sealed.length
        const changed = `${sealed.slice(0, place)}${letter}${sealed.slice(place + 1)}`
        const refused = expect.objectContaining({ code: 'INVALID_REQUEST' })
        if (changed !== sealed) {
          expect(() => openCursor(secret, 'group', changed)).toThrow(refused)
        }
        expect(() => openCursor(secret, 'group', `${sealed}${letter}`)).toThrow(refused)
        expect(() => openCursor(secret, 'group', sealed.slice(0, place))).toThrow(refused)
        expect(() => openCursor(secret, 'groups', sealed)).toThrow(refused)
        expect(() => openCursor(Buffer.alloc(32, 8), 'group', sealed)).toThrow(refused)
      },
    ),
  )
})

test('a member is read back as it was written', () => {
  const holding = fc.oneof(
    fc.record({ sinceEpoch: epochs }),
    fc.record({ sinceEpoch: epochs, revokedEpoch: epochs }),
  )
  const members: fc.Arbitrary<Member> = fc.record({
    memberId: names,
    instanceId: fc.option(names, { nil: undefined }),
    joinedEpoch: epochs,
    topicIds: fc.array(topicIds, { maxLength: 3 }),
    target: fc.array(keys, { maxLength: 5 }).map((list) => new Set(list)),
    held: fc.array(fc.tuple(keys, holding), { maxLength: 5 }).map((list) => new Map(list)),
  })
  fc.assert(
    fc.property(names, members, (group, member) => {
      const read = decodeMember(memberKey(group, member.memberId), encodeMember(member))
      expect(read).toEqual({ group, member })
    }),
  )
})

test.each([
  '',
  'null',
  '{}',
  '{"version":2}',
  '{"version":1,"joinedEpoch":1,"topicIds":[],"target":[],"held":[["t/0"]]}',
  '{"version":1,"joinedEpoch":"1","topicIds":[],"target":[],"held":[]}',
])('a member that this version did not write is damage: %s', (text) => {
  expect(() => decodeMember('member g m', Buffer.from(text))).toThrow(
    expect.objectContaining({ code: 'CORRUPT_SEGMENT' }),
  )
})
