import type { GroupDescription } from '@millrace/client'
import type { Offset } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { isCaughtUp } from '../src/consume/caught-up.ts'

const ENDS = new Map([
  [0, 5],
  [1, 3],
])
const BOTH = [{ topic: 't', partitions: [0, 1] }]

function group(
  committed: readonly number[],
  { state = 'Stable', assignment = BOTH }: Partial<Group> = {},
): Pick<GroupDescription, 'state' | 'members' | 'offsets'> {
  const rest = { metadata: '', committedAt: 0, lag: 0, lagMs: 0 }
  const members = [{ memberId: 'm', instanceId: null, topics: ['t'], assignment, revoked: [] }]
  const offsets = committed.map((next, partition) => {
    const offset = next as Offset
    const log = { highWatermark: offset, logStartOffset: 0 as Offset }
    return { topic: 't', partition, offset, ...log, ...rest }
  })
  return { state, members, offsets }
}

interface Group {
  readonly state: GroupDescription['state']
  readonly assignment: GroupDescription['members'][number]['assignment']
}

test('a member is done when all that there was in its partitions is committed', () => {
  const reading = { memberId: 'm', assignment: BOTH, ends: ENDS }
  expect(isCaughtUp(group([5, 3]), 't', reading)).toBe(true)
  expect(isCaughtUp(group([7, 3]), 't', reading)).toBe(true)
  expect(isCaughtUp(group([5, 2]), 't', reading)).toBe(false)
  expect(isCaughtUp(group([5]), 't', reading)).toBe(false)
})

test('what others read is not waited for', () => {
  const assignment = [{ topic: 't', partitions: [1] }]
  const reading = { memberId: 'm', assignment, ends: ENDS }
  expect(isCaughtUp(group([0, 3], { assignment }), 't', reading)).toBe(true)
})

test('nothing is over while partitions are on their way, or the member has not heard of them', () => {
  const reading = { memberId: 'm', assignment: BOTH, ends: ENDS }
  expect(isCaughtUp(group([5, 3], { state: 'Reconciling' }), 't', reading)).toBe(false)
  expect(isCaughtUp(group([5, 3]), 't', { ...reading, assignment: [] })).toBe(false)
})

test('the order in which partitions are listed says nothing', () => {
  const assignment = [{ topic: 't', partitions: [1, 0] }]
  const reading = { memberId: 'm', assignment: BOTH, ends: ENDS }
  expect(isCaughtUp(group([5, 3], { assignment }), 't', reading)).toBe(true)
})

test('a partition that was added since had nothing in it', () => {
  const assignment = [{ topic: 't', partitions: [0, 1, 2] }]
  const reading = { memberId: 'm', assignment, ends: ENDS }
  expect(isCaughtUp(group([5, 3, 0], { assignment }), 't', reading)).toBe(true)
})

test('what another member has says nothing', () => {
  const reading = { memberId: 'm2', assignment: BOTH, ends: ENDS }
  expect(isCaughtUp(group([5, 3]), 't', reading)).toBe(false)
})
