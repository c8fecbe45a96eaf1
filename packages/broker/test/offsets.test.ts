import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import type { EmbeddedBroker } from '../src/embedded-broker.ts'
import { at, failure, openBroker, record, valuesOf } from './open-broker.ts'

/** A topic with records in each of its partitions. */
async function makeTopic(broker: EmbeddedBroker, topic: string, counts: readonly number[]) {
  await broker.createTopic(topic, { partitions: counts.length })
  for (const [partition, count] of counts.entries()) {
    const records = Array.from({ length: count }, (_, index) => record(`${index}`, { partition }))
    await broker.produceRecords(topic, records, {})
  }
}

const commitOf = (topic: string, partition: number, offset: number, metadata?: string) => ({
  topic,
  partition,
  offset: at(offset),
  ...(metadata !== undefined && { metadata }),
})

describe('a commit', () => {
  test('is found again, with its metadata, its time and the lag behind it', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock(1_700_000_005_000)
    const first = await openBroker(directory.path, { clock })
    await makeTopic(first, 't', [3, 1])
    await first.commitOffsets('g', [commitOf('t', 0, 1, 'here'), commitOf('t', 1, 1)])
    await first.close()
    clock.advance(1_000)
    await using broker = await openBroker(directory.path, { clock })
    const common = { topic: 't', committedAt: 1_700_000_005_000, logStartOffset: 0 }
    expect(await broker.committedOffsets('g', {})).toEqual([
      {
        ...common,
        partition: 0,
        offset: 1,
        metadata: 'here',
        highWatermark: 3,
        lag: 2,
        lagMs: 6_000,
      },
      { ...common, partition: 1, offset: 1, metadata: '', highWatermark: 1, lag: 0, lagMs: 0 },
    ])
  })

  test('is all or nothing', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await makeTopic(broker, 't', [3, 1])
    const beyond = [commitOf('t', 0, 3), commitOf('t', 1, 2)]
    const bounds = { index: 1, logStartOffset: 0, highWatermark: 1, logEndOffset: 1 }
    await expect(broker.commitOffsets('g', beyond)).rejects.toThrow(
      failure('OFFSET_OUT_OF_RANGE', { ...bounds, appended: false }),
    )
    const unknown = [commitOf('t', 0, 3), commitOf('t', 2, 0)]
    await expect(broker.commitOffsets('g', unknown)).rejects.toThrow(
      failure('UNKNOWN_TOPIC_OR_PARTITION'),
    )
    expect(await broker.committedOffsets('g', {})).toEqual([])
  })

  test('may go back, and may be of nothing', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await makeTopic(broker, 't', [3])
    for (const offset of [3, 0]) await broker.commitOffsets('g', [commitOf('t', 0, offset)])
    await broker.commitOffsets('g', [])
    const [found] = await broker.committedOffsets('g', {})
    expect(found).toMatchObject({ offset: 0, lag: 3 })
  })

  test.each(['', '..', 'a b', '__mine', 'x'.repeat(250)])(
    'for a group %j is refused',
    async (group) => {
      await using directory = await makeTempDirectory()
      await using broker = await openBroker(directory.path)
      await makeTopic(broker, 't', [1])
      await expect(broker.commitOffsets(group, [commitOf('t', 0, 1)])).rejects.toThrow(
        failure('INVALID_REQUEST'),
      )
    },
  )

  test('with too much metadata is refused', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await makeTopic(broker, 't', [1])
    const fits = 'x'.repeat(4_096)
    await broker.commitOffsets('g', [commitOf('t', 0, 1, fits)])
    await expect(broker.commitOffsets('g', [commitOf('t', 0, 1, `${fits}x`)])).rejects.toThrow(
      failure('INVALID_REQUEST'),
    )
  })

  test('is a record that anyone can read', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await makeTopic(broker, 't', [1])
    await broker.commitOffsets('g', [commitOf('t', 0, 1)])
    expect(await valuesOf(broker, '__offsets')).toHaveLength(1)
  })
})

describe('committed offsets', () => {
  test('are those of one group and, when asked for, of one topic', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await makeTopic(broker, 't', [1])
    await makeTopic(broker, 'u', [1])
    await broker.commitOffsets('g', [commitOf('u', 0, 1), commitOf('t', 0, 1)])
    await broker.commitOffsets('g.h', [commitOf('t', 0, 0)])
    const topicsOf = async (group: string, filter: { topic?: string }) => {
      const found = await broker.committedOffsets(group, filter)
      return found.map(({ topic }) => topic)
    }
    expect(await topicsOf('g', {})).toEqual(['t', 'u'])
    expect(await topicsOf('g', { topic: 'u' })).toEqual(['u'])
    expect(await topicsOf('g.h', {})).toEqual(['t'])
    expect(await topicsOf('nobody', {})).toEqual([])
  })

  test('go when they are deleted, and with their topic', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await makeTopic(broker, 't', [1, 1])
    await makeTopic(broker, 'u', [1])
    await broker.commitOffsets('g', [commitOf('t', 0, 1), commitOf('t', 1, 1), commitOf('u', 0, 1)])
    await broker.deleteOffsets('g', { topic: 't' })
    expect(await broker.committedOffsets('g', {})).toMatchObject([{ topic: 'u' }])
    await broker.deleteTopic('u')
    await makeTopic(broker, 'u', [1])
    expect(await broker.committedOffsets('g', {})).toEqual([])
    await expect(broker.deleteOffsets('g', {})).rejects.toThrow(failure('UNKNOWN_GROUP'))
  })

  test('never expire on their own', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock()
    const first = await openBroker(directory.path, { clock })
    await makeTopic(first, 't', [1])
    await first.commitOffsets('g', [commitOf('t', 0, 1)])
    await first.close()
    clock.advance(10 * 365 * 24 * 3_600_000)
    await using broker = await openBroker(directory.path, { clock })
    clock.advance(3_600_000)
    expect(await broker.committedOffsets('g', {})).toHaveLength(1)
  })
})

describe('groups', () => {
  test('are listed in the order of their names, page by page', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await makeTopic(broker, 't', [1, 1])
    const names = ['a', 'a-b', 'a.b', 'a0', 'aB', 'a_', 'b']
    for (const name of names.toReversed()) {
      await broker.commitOffsets(name, [commitOf('t', 0, 1), commitOf('t', 1, 1)])
    }
    const found: string[] = []
    let after: string | undefined
    do {
      const page = await broker.listGroups({ limit: 2, ...(after !== undefined && { after }) })
      expect(page.groups.length).toBeLessThanOrEqual(2)
      found.push(...page.groups.map(({ group }) => group))
      after = page.next
    } while (after !== undefined)
    expect(found).toEqual(names)
  })

  test('are described with the lag of all that they read, and are gone when deleted', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await makeTopic(broker, 't', [3, 2])
    await broker.commitOffsets('g', [commitOf('t', 0, 1), commitOf('t', 1, 1)])
    expect(await broker.describeGroup('g')).toMatchObject({ state: 'Empty', members: [], lag: 3 })
    await broker.deleteGroup('g')
    const unknown = failure('UNKNOWN_GROUP')
    await expect(broker.describeGroup('g')).rejects.toThrow(unknown)
    await expect(broker.deleteGroup('g')).rejects.toThrow(unknown)
  })
})
