import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Partitioner } from '@millrace/model/partitioner'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { GroupMember } from './group-member.ts'
import { at, failure, openBroker, record } from './open-broker.ts'
import { committed, openGroups, produce } from './open-groups.ts'

describe('after a restart', () => {
  test('members go on by their cursors, in the midst of a handover', async () => {
    await using opened = await openGroups(2)
    const one = new GroupMember(opened.broker, 'g')
    const two = new GroupMember(opened.broker, 'g')
    await one.poll({ maxRecords: 4 })
    await two.poll()
    expect(await one.poll({ maxRecords: 1 })).toMatchObject({ revoked: ['t-1'] })

    const broker = await opened.reopen()
    const [first, second] = [new GroupMember(broker, 'g'), new GroupMember(broker, 'g')]
    first.cursor = one.cursor
    second.cursor = two.cursor
    expect((await second.poll()).reads).toEqual([])
    expect(await first.poll()).toMatchObject({ reads: ['t-0'], revoked: [], values: [] })
    expect(await second.poll()).toMatchObject({ reads: ['t-1'], values: ['1-1', '1-2'] })
  })

  test('who does not come back has left after a session', async () => {
    await using opened = await openGroups(1)
    const one = new GroupMember(opened.broker, 'g')
    await one.poll()
    const broker = await opened.reopen()
    const two = new GroupMember(broker, 'g')
    expect((await two.poll()).reads).toEqual([])
    opened.clock.advance(29_000)
    expect((await two.poll()).reads).toEqual([])
    opened.clock.advance(2_000)
    expect((await two.poll()).reads).toEqual(['t-0'])
  })

  test('an empty group is still there, and its epochs go on', async () => {
    await using opened = await openGroups(1)
    const one = new GroupMember(opened.broker, 'g')
    await one.poll()
    await opened.broker.leaveGroup('g', one.memberId)
    const broker = await opened.reopen()
    expect(await broker.describeGroup('g')).toMatchObject({ state: 'Empty', epoch: 2 })
    const two = new GroupMember(broker, 'g')
    await two.poll()
    expect(two.memberEpoch).toBe(3)
  })
})

describe('a reset while members are at work', () => {
  test('takes effect at their next poll, and what they knew before commits nothing', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    await member.poll()
    const before = { memberId: member.memberId, memberEpoch: member.memberEpoch }
    const reset = { topic: 't', to: { at: 'offset', offset: at(1) }, partitions: [0] } as const
    expect(await broker.resetOffsets('g', { ...reset, dryRun: true })).toMatchObject([{ to: 1 }])
    expect((await broker.describeGroup('g')).epoch).toBe(1)
    await broker.resetOffsets('g', { ...reset, dryRun: false })
    const commit = [{ topic: 't', partition: 0, offset: at(3) }]
    await expect(broker.commitOffsets('g', commit, before)).rejects.toThrow(
      failure('FENCED_MEMBER_EPOCH', { currentEpoch: 2 }),
    )
    expect((await member.poll()).values).toEqual(['0-1', '0-2'])
    expect(await committed(broker)).toEqual([1, 3])
    await broker.commitOffsets('g', commit, member)
    expect(await committed(broker)).toEqual([3, 3])
  })

  test('wakes who waits', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    await member.poll()
    const waiting = member.poll({ waitMs: 60_000 })
    await broker.resetOffsets('g', { topic: 't', to: { at: 'earliest' }, dryRun: false })
    expect((await waiting).values).toEqual(['0-0', '0-1', '0-2'])
  })
})

describe('topics under a group', () => {
  test('that are deleted are read no more; who has nothing left to read is told', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    await broker.createTopic('u', {})
    const member = new GroupMember(broker, 'g', { topics: ['t', 'u'] })
    expect((await member.poll()).reads).toEqual(['t-0', 'u-0'])
    const waiting = member.poll({ waitMs: 60_000 })
    await broker.deleteTopic('u')
    expect((await waiting).reads).toEqual(['t-0'])
    const last = member.poll({ waitMs: 60_000 })
    await broker.deleteTopic('t')
    await expect(last).rejects.toThrow(failure('UNKNOWN_TOPIC_OR_PARTITION'))
    // It may go on with another.
    await broker.createTopic('t', {})
    expect((await member.poll({ topics: ['t'] })).reads).toEqual(['t-0'])
  })

  test('a member may want something else from one poll to the next', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    await broker.createTopic('u', {})
    const member = new GroupMember(broker, 'g')
    await member.poll()
    const changed = await member.poll({ topics: ['u'] })
    expect(changed).toMatchObject({ reads: ['u-0'], revoked: ['t-0'] })
    expect(await member.poll()).toMatchObject({ reads: ['u-0'], revoked: [] })
  })

  test('a partition that is added is read from its first record, also by a group that began at the end', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const member = new GroupMember(broker, 'g', { start: 'latest' })
    await member.poll({ start: 'latest' })
    await broker.alterTopic('t', { partitions: 2 })
    await produce(broker, [1], 0, 2)
    expect((await member.poll({ start: 'latest' })).values).toEqual(['1-0', '1-1'])
  })
})

describe('what is refused', () => {
  test('a group is not deleted under its members, nor are its offsets', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    const member = new GroupMember(broker, 'g')
    await member.poll()
    await expect(broker.deleteGroup('g')).rejects.toThrow(failure('GROUP_NOT_EMPTY'))
    await expect(broker.deleteOffsets('g', {})).rejects.toThrow(failure('GROUP_NOT_EMPTY'))
    await broker.leaveGroup('g', member.memberId)
    await broker.deleteGroup('g')
    await expect(broker.describeGroup('g')).rejects.toThrow(failure('UNKNOWN_GROUP'))
    const reopened = await opened.reopen()
    await expect(reopened.describeGroup('g')).rejects.toThrow(failure('UNKNOWN_GROUP'))
  })

  test('a member too many, a cursor of no group, no topics, a topic that is not there', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path, {
      broker: { groupMembersMax: 1, groupsMax: 2 },
    })
    await broker.createTopic('t', {})
    await new GroupMember(broker, 'g').poll()
    await expect(new GroupMember(broker, 'g').poll()).rejects.toThrow(
      failure('GROUP_MAX_SIZE_REACHED'),
    )
    await new GroupMember(broker, 'i').poll()
    await expect(new GroupMember(broker, 'j').poll()).rejects.toThrow(
      failure('GROUP_MAX_SIZE_REACHED'),
    )
    const member = new GroupMember(broker, 'i')
    await expect(member.poll({ topics: [] })).rejects.toThrow(failure('INVALID_REQUEST'))
    await expect(member.poll({ topics: ['none'] })).rejects.toThrow(
      failure('UNKNOWN_TOPIC_OR_PARTITION'),
    )
    member.cursor = 'bm9uZQ'
    await expect(member.poll()).rejects.toThrow(failure('INVALID_REQUEST'))
    const internal = new GroupMember(broker, '__mine')
    await expect(internal.poll()).rejects.toThrow(failure('INVALID_REQUEST'))
  })
})

describe('a topic that grows under a group', () => {
  test('is read, in every partition, to where it grew before anything behind that comes', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const one = new GroupMember(broker, 'g', { memberId: 'a' })
    const two = new GroupMember(broker, 'g', { memberId: 'b' })
    await one.poll({ maxRecords: 1 })
    await two.poll()
    await one.poll({ maxRecords: 1 })
    expect((await one.poll({ maxRecords: 1 })).values).toEqual(['0-2'])
    expect((await two.poll({ maxRecords: 2 })).values).toEqual(['1-0', '1-1'])
    await broker.alterTopic('t', { partitions: 3 })
    await produce(broker, [0, 1, 2], 3, 4)
    // The first has no more before the growth, and the new partition waits, too.
    expect((await one.poll()).values).toEqual([])
    const waiting = one.poll({ waitMs: 60_000 })
    expect((await two.poll({ maxRecords: 1 })).values).toEqual(['1-2'])
    expect((await two.poll()).values).toEqual(['1-3'])
    expect((await waiting).values).toContain('0-3')
  })

  test('stays held up over a restart, and is past it once the group is', async () => {
    await using opened = await openGroups(1)
    await opened.broker.alterTopic('t', { partitions: 2 })
    await produce(opened.broker, [1], 0, 1)
    const broker = await opened.reopen()
    const member = new GroupMember(broker, 'g')
    expect((await member.poll()).values).toEqual(['0-0', '0-1', '0-2'])
    expect((await member.poll()).values).toEqual(['1-0'])
    await broker.alterTopic('t', { partitions: 4 })
    await produce(broker, [3], 0, 1)
    expect((await member.poll()).values).toEqual(['3-0'])
  })

  test('holds nobody up with records that retention took', async () => {
    await using opened = await openGroups(1)
    const { broker } = opened
    await broker.alterTopic('t', { partitions: 2 })
    await broker.trimPartition('t', 0, at(3))
    await produce(broker, [1], 0, 1)
    const member = new GroupMember(broker, 'g')
    expect((await member.poll()).values).toEqual(['1-0'])
  })

  test('grew between what was routed to the partitions of before and what was routed to all', async () => {
    await using opened = await openGroups(2)
    const { broker } = opened
    const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`)
    const send = () => keys.map((key) => broker.produceRecords('t', [record(key, { key })], {}))
    const sent = send()
    const altering = broker.alterTopic('t', { partitions: 5 })
    for (let turn = 0; turn < 20; turn++) {
      sent.push(...send())
      await new Promise((resolve) => setImmediate(resolve))
    }
    await altering
    await Promise.all([...sent, ...send()])
    // A member that has not come to the growth sees the first two partitions up to there.
    const member = new GroupMember(broker, 'g')
    const before = await member.poll({ maxBytes: 16_777_216, maxRecords: 10_000 })
    for (const [partition, own] of before.byPartition) {
      for (const key of own.filter((one) => one.startsWith('key-'))) {
        expect(partitionOf(key, 2), key).toBe(partition)
      }
    }
    const after = await member.poll({ maxBytes: 16_777_216, maxRecords: 10_000 })
    expect(after.byPartition.size).toBe(5)
    for (const [partition, own] of after.byPartition) {
      for (const key of own) expect(partitionOf(key, 5), key).toBe(partition)
    }
    const all = [...before.values, ...after.values].filter((value) => value.startsWith('key-'))
    expect(all).toHaveLength(22 * keys.length)
  })
})

test('a damaged partition is told of when the others have nothing more, and holds none of them up', async () => {
  await using opened = await openGroups(2)
  await opened.broker.close()
  const path = join(opened.directory, 'topics/t-1/00000000000000000000.log')
  const bytes = await readFile(path)
  bytes.writeUInt32BE(0xdeadbeef, 70)
  await writeFile(path, bytes)
  const broker = await opened.reopen()
  const member = new GroupMember(broker, 'g')
  expect((await member.poll()).values).toEqual(['0-0', '0-1', '0-2'])
  await expect(member.poll()).rejects.toThrow(failure('CORRUPT_SEGMENT'))
  await produce(broker, [0], 3, 4)
  expect((await member.poll()).values).toEqual(['0-3'])
  expect(await committed(broker)).toEqual([3, 0])
})

function partitionOf(key: string, partitions: number): number {
  return new Partitioner(() => 0).partitionOf(record('', { key }), 0, partitions)
}

test('a group that is deleted and made again knows nothing of the cursors of before', async () => {
  await using opened = await openGroups(1)
  const joining = { memberId: 'a' }
  const before = new GroupMember(opened.broker, 'g', joining)
  await before.poll({ maxRecords: 2 })
  await opened.broker.leaveGroup('g', 'a')
  await opened.broker.deleteGroup('g')
  const broker = await opened.reopen()
  const after = new GroupMember(broker, 'g', joining)
  expect((await after.poll({ maxRecords: 1 })).values).toEqual(['0-0'])
  const old = new GroupMember(broker, 'g')
  old.cursor = before.cursor
  await expect(old.poll()).rejects.toThrow(failure('FENCED_MEMBER_EPOCH'))
})

test('offsets that are committed back to before a growth hold the group up there again', async () => {
  await using opened = await openGroups(1)
  const { broker } = opened
  await broker.alterTopic('t', { partitions: 2 })
  await produce(broker, [1], 0, 1)
  const member = new GroupMember(broker, 'g')
  await member.poll()
  await member.poll()
  await member.poll()
  await broker.leaveGroup('g', member.memberId)
  const back = [0, 1].map((partition) => ({ topic: 't', partition, offset: at(0) }))
  await broker.commitOffsets('g', back)
  const next = new GroupMember(broker, 'g')
  expect((await next.poll({ maxRecords: 1 })).values).toEqual(['0-0'])
  expect((await next.poll()).values).toEqual(['0-1', '0-2'])
  expect((await next.poll()).values).toEqual(['1-0'])
})
