import { describe, expect, test } from 'vitest'
import { GroupMember } from './group-member.ts'
import { at, failure } from './open-broker.ts'
import { committed, openGroups, produce } from './open-groups.ts'

describe('a member alone', () => {
  test('reads every partition in order, and commits with each poll what came with the last', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    expect(await member.poll({ maxRecords: 2 })).toMatchObject({
      values: ['0-0', '0-1'],
      reads: ['t-0', 't-1'],
    })
    expect(await committed(broker)).toEqual([0, 0])
    // Each partition has its turn.
    expect((await member.poll({ maxRecords: 2 })).values).toEqual(['1-0', '1-1'])
    expect(await committed(broker)).toEqual([2, 0])
    expect((await member.poll()).values).toEqual(['0-2', '1-2'])
    expect((await member.poll()).values).toEqual([])
    expect(await committed(broker)).toEqual([3, 3])
  })

  test('gets the same again when it asks again by the same cursor', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    await member.poll({ maxRecords: 1 })
    const { cursor } = member
    expect((await member.poll({ maxRecords: 1 })).values).toEqual(['0-1'])
    member.cursor = cursor
    expect((await member.poll()).values).toEqual(['0-1', '0-2'])
    await member.poll()
    // An old cursor takes nothing back.
    member.cursor = cursor
    await member.poll()
    expect(await committed(broker)).toEqual([3])
  })

  test('says nothing of what is processed with a sign of life', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    await member.poll({ maxRecords: 2 })
    expect((await member.poll({ maxRecords: 0 })).values).toEqual([])
    expect(await committed(broker)).toEqual([0])
    expect((await member.poll()).values).toEqual(['0-2'])
    expect(await committed(broker)).toEqual([2])
  })

  test('commits by itself when it says so, what it has and as the member that it is', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    await member.poll({ commit: 'none' })
    await member.poll({ commit: 'none' })
    expect(await committed(broker)).toEqual([0])
    const commit = [{ topic: 't', partition: 0, offset: at(2) }]
    await broker.commitOffsets('g', commit, member)
    expect(await committed(broker)).toEqual([2])
    expect(await broker.offsetHistory('g', { limit: 5 })).toMatchObject({
      commits: [
        { offset: 2, by: member.memberId },
        { offset: 0, by: null },
      ],
    })
    await expect(broker.commitOffsets('g', commit)).rejects.toThrow(
      failure('FENCED_MEMBER_EPOCH', { currentEpoch: 1, appended: false }),
    )
    const stranger = { memberId: 'stranger', memberEpoch: 1 }
    await expect(broker.commitOffsets('g', commit, stranger)).rejects.toThrow(
      failure('UNKNOWN_MEMBER', { appended: false }),
    )
  })

  test('begins at the end when it says so, and so does who takes over before anything came', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const first = new GroupMember(broker, 'g', { start: 'latest' })
    expect((await first.poll({ start: 'latest' })).values).toEqual([])
    await produce(broker, [0, 1], 3, 4)
    await broker.leaveGroup('g', first.memberId)
    const second = new GroupMember(broker, 'g', { start: 'latest' })
    expect((await second.poll({ start: 'latest' })).values).toEqual(['0-3', '1-3'])
  })

  test('is told once of records that are gone, and goes on behind them', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    await member.poll({ maxRecords: 1 })
    await broker.trimPartition('t', 0, at(2))
    const skipped = [{ topic: 't', partition: 0, from: 1, to: 2 }]
    expect(await member.poll()).toMatchObject({ values: ['0-2'], skipped })
    expect(await member.poll()).toMatchObject({ values: [], skipped: [] })
    expect(await committed(broker)).toEqual([3])
  })

  test('that waits is woken by a record, and by the end of its signal', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    await member.poll()
    const waiting = member.poll({ waitMs: 60_000 })
    await produce(broker, [0], 3, 4)
    expect((await waiting).values).toEqual(['0-3'])
    const controller = new AbortController()
    const given = member.poll({ waitMs: 60_000, signal: controller.signal })
    controller.abort()
    expect((await given).values).toEqual([])
    expect(await committed(broker)).toEqual([4])
  })
})

describe('two members', () => {
  test('share the partitions: one goes over when its owner has let go, and begins where that was', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const one = new GroupMember(broker, 'g')
    const two = new GroupMember(broker, 'g')
    expect((await one.poll({ maxRecords: 5 })).values).toEqual(['0-0', '0-1', '0-2', '1-0', '1-1'])
    expect((await two.poll()).reads).toEqual([])
    // Told, and still at work on what it has.
    expect(await one.poll({ maxRecords: 0 })).toMatchObject({ reads: ['t-0'], revoked: ['t-1'] })
    expect((await two.poll()).reads).toEqual([])
    expect((await broker.describeGroup('g')).state).toBe('Reconciling')
    expect(broker.metrics().groups).toEqual({ groups: 1, members: 2, reconciling: 1 })
    const waiting = two.poll({ waitMs: 60_000 })
    expect(await one.poll()).toMatchObject({ reads: ['t-0'], revoked: [], values: [] })
    expect(await waiting).toMatchObject({ reads: ['t-1'], values: ['1-2'] })
    expect(await broker.describeGroup('g')).toMatchObject({
      state: 'Stable',
      epoch: 2,
      members: [
        { memberId: one.memberId, assignment: [{ topic: 't', partitions: [0] }], revoked: [] },
        { memberId: two.memberId, assignment: [{ topic: 't', partitions: [1] }], revoked: [] },
      ],
    })
  })

  test('a member that was told by a lost answer is told again', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const one = new GroupMember(broker, 'g')
    const two = new GroupMember(broker, 'g')
    await one.poll()
    await two.poll()
    const { cursor } = one
    await one.poll()
    one.cursor = cursor
    expect((await one.poll()).revoked).toEqual(['t-1'])
    expect((await two.poll()).reads).toEqual([])
  })

  test('what one leaves behind is the other’s at once', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const one = new GroupMember(broker, 'g')
    const two = new GroupMember(broker, 'g')
    await one.poll()
    await two.poll()
    await one.poll()
    await one.poll()
    const waiting = [two.poll(), two.poll({ waitMs: 60_000 })]
    await broker.leaveGroup('g', one.memberId)
    await Promise.all(waiting)
    expect((await two.poll()).reads).toEqual(['t-0', 't-1'])
    await expect(one.poll()).rejects.toThrow(failure('UNKNOWN_MEMBER'))
    await expect(broker.leaveGroup('g', one.memberId)).rejects.toThrow(failure('UNKNOWN_MEMBER'))
  })

  test('who is silent for a session has left; an open poll is no silence', async () => {
    await using opened = await openGroups(2)
    const { broker, clock } = opened
    const one = new GroupMember(broker, 'g')
    const two = new GroupMember(broker, 'g')
    await one.poll()
    await two.poll()
    const waiting = two.poll({ waitMs: 60_000 })
    clock.advance(29_000)
    expect((await broker.describeGroup('g')).members).toHaveLength(2)
    clock.advance(3_000)
    expect(await waiting).toMatchObject({
      reads: ['t-0', 't-1'],
      values: ['0-0', '0-1', '0-2', '1-0', '1-1', '1-2'],
    })
    await expect(one.poll()).rejects.toThrow(failure('UNKNOWN_MEMBER'))
  })

  test('a group of more members than partitions leaves some without, until there are more', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const one = new GroupMember(broker, 'g')
    const two = new GroupMember(broker, 'g')
    await one.poll()
    expect((await two.poll()).reads).toEqual([])
    const waiting = two.poll({ waitMs: 60_000 })
    await broker.alterTopic('t', { partitions: 2 })
    await produce(broker, [1], 0, 1)
    expect((await waiting).reads).toEqual(['t-1'])
  })

  test('different groups do not know of each other', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const one = new GroupMember(broker, 'g')
    const other = new GroupMember(broker, 'h')
    await one.poll()
    expect((await other.poll()).values).toEqual(['0-0', '0-1', '0-2'])
    other.cursor = one.cursor
    await expect(other.poll()).rejects.toThrow(failure('INVALID_REQUEST'))
    expect((await broker.listGroups({ limit: 5 })).groups).toEqual([
      { group: 'g', state: 'Stable' },
      { group: 'h', state: 'Stable' },
    ])
    expect(await broker.listGroups({ limit: 1 })).toMatchObject({ next: 'g' })
    expect((await broker.listGroups({ limit: 1, after: 'g' })).groups).toMatchObject([
      { group: 'h' },
    ])
  })
})

describe('a static member', () => {
  test('that comes back has its partitions, and who it was before has nothing to say', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const before = new GroupMember(broker, 'g', { instanceId: 'host-7' })
    await before.poll({ maxRecords: 1 })
    await before.poll({ maxRecords: 1 })
    const after = new GroupMember(broker, 'g', { instanceId: 'host-7' })
    expect(await after.poll({ maxRecords: 1 })).toMatchObject({
      reads: ['t-0', 't-1'],
      values: ['0-1'],
    })
    expect(after.memberId).toBe(before.memberId)
    await expect(before.poll()).rejects.toThrow(
      failure('FENCED_MEMBER_EPOCH', { currentEpoch: after.memberEpoch }),
    )
    const commit = [{ topic: 't', partition: 0, offset: at(3) }]
    await expect(broker.commitOffsets('g', commit, before)).rejects.toThrow(
      failure('FENCED_MEMBER_EPOCH'),
    )
  })

  test('a member that joins twice by a name of its own is one member', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    await new GroupMember(broker, 'g', { memberId: 'mine' }).poll()
    const again = new GroupMember(broker, 'g', { memberId: 'mine' })
    expect((await again.poll()).reads).toEqual(['t-0', 't-1'])
    expect((await broker.describeGroup('g')).members).toHaveLength(1)
  })
})
