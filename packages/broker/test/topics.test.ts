import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TopicConfigInput } from '@millrace/model/topic-config'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { at, failure, openBroker, record, valuesOf } from './open-broker.ts'

describe('a topic', () => {
  test('is made once; asking for what it is already changes nothing', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    const wanted = { partitions: 2, config: { retentionMs: -1 } }
    const first = await broker.createTopic('t', wanted)
    const again = await broker.createTopic('t', wanted)
    expect(first.created).toBe(true)
    expect(again).toEqual({ topic: first.topic, created: false })
    await expect(broker.createTopic('t', { partitions: 3 })).rejects.toThrow(
      failure('TOPIC_EXISTS'),
    )
    const otherConfig = { config: { retentionMs: 5 } }
    await expect(broker.createTopic('t', otherConfig)).rejects.toThrow(/retentionMs is -1, not 5/)
  })

  test('that names a schema keeps it, also over a restart, and needs its dead-letter topic', async () => {
    await using directory = await makeTempDirectory()
    const valueSchema = { subject: 's', onMisfit: 'dead-letter', deadLetterTopic: 'd' } as const
    const wanted = { config: { valueSchema } }
    {
      await using broker = await openBroker(directory.path)
      await expect(broker.createTopic('t', wanted)).rejects.toThrow(
        failure('UNKNOWN_TOPIC_OR_PARTITION'),
      )
      await broker.createTopic('d', {})
      await expect(broker.alterTopic('d', wanted)).rejects.toThrow(/its own dead-letter topic/)
      expect((await broker.createTopic('t', wanted)).created).toBe(true)
      expect((await broker.createTopic('t', wanted)).created).toBe(false)
    }
    await using broker = await openBroker(directory.path)
    expect((await broker.describeTopic('t')).config).toMatchObject({ valueSchema, keySchema: null })
    const { topic } = await broker.alterTopic('t', { config: { valueSchema: null } })
    expect(topic.config.valueSchema).toBeNull()
  })

  test('asked for by many at once is made once', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => broker.createTopic('t', { partitions: 2 })),
    )
    expect(answers.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(answers.map(({ topic }) => topic.id)).size).toBe(1)
  })

  test.each(['', '.', '..', 'a/b', '../x', 'a\0', 'é', 'x'.repeat(250), '__mine'])(
    'cannot be called %j',
    async (name) => {
      await using directory = await makeTempDirectory()
      await using broker = await openBroker(directory.path)
      await expect(broker.createTopic(name, {})).rejects.toThrow(failure('INVALID_TOPIC'))
    },
  )

  test('whose name differs from another only in . and _ is refused while that one is there', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('a.b', {})
    await expect(broker.createTopic('a_b', {})).rejects.toThrow(failure('INVALID_TOPIC'))
    await broker.deleteTopic('a.b')
    await broker.createTopic('a_b', {})
    const { topics } = await broker.listTopics({ prefix: 'a', limit: 10 })
    expect(topics.map(({ name }) => name)).toEqual(['a_b'])
  })

  test('has as many partitions as are allowed, for one topic and in all', async () => {
    await using directory = await makeTempDirectory()
    const limits = { partitionsPerTopicMax: 3, partitionsMax: 11 }
    await using broker = await openBroker(directory.path, { broker: limits })
    const tooMany = failure('TOO_MANY_PARTITIONS')
    await expect(broker.createTopic('t', { partitions: 4 })).rejects.toThrow(tooMany)
    await broker.createTopic('t', { partitions: 3 })
    // The five of Millrace's own count.
    await expect(broker.createTopic('u', { partitions: 3 })).rejects.toThrow(tooMany)
    await broker.createTopic('u', { partitions: 2 })
    await expect(broker.alterTopic('u', { partitions: 3 })).rejects.toThrow(tooMany)
    await expect(broker.createTopic('v', { partitions: 0 })).rejects.toThrow(
      failure('INVALID_REQUEST'),
    )
  })

  test('grows, with a warning, and never shrinks', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { partitions: 1 })
    await broker.produceRecords('t', [record('before')], {})
    const { topic, warnings } = await broker.alterTopic('t', { partitions: 3 })
    expect(topic.partitions.map(({ logEndOffset }) => logEndOffset)).toEqual([1, 0, 0])
    expect(warnings).toHaveLength(1)
    await broker.produceRecords('t', [record('after', { partition: 2 })], {})
    expect(await valuesOf(broker, 't', 2)).toEqual(['after'])
    await expect(broker.alterTopic('t', { partitions: 2 })).rejects.toThrow(
      failure('PARTITIONS_CANNOT_SHRINK'),
    )
  })

  test('keeps what it was configured with, and takes the rest from the defaults of the day', async () => {
    await using directory = await makeTempDirectory()
    const options = (retentionMs: number) => ({ broker: { topicDefaults: { retentionMs } } })
    const first = await openBroker(directory.path, options(1_000))
    await first.createTopic('t', { config: { segmentMs: 60_000 } })
    await first.alterTopic('t', { config: { retentionBytes: 5_000 } })
    await first.close()
    await using broker = await openBroker(directory.path, options(2_000))
    const { config } = await broker.describeTopic('t')
    expect(config).toMatchObject({ segmentMs: 60_000, retentionBytes: 5_000, retentionMs: 2_000 })
    const { topic } = await broker.alterTopic('t', { config: { retentionBytes: null } })
    expect(topic.config.retentionBytes).toBe(-1)
  })

  test('is not configured with what does not exist or is out of range', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    // What comes from outside need not be what the types say.
    const unknown = { config: JSON.parse('{"cleanupPolicy":"compact"}') as TopicConfigInput }
    await expect(broker.createTopic('t', unknown)).rejects.toThrow(/no setting cleanupPolicy/)
    const small = { config: { segmentBytes: 1, retentionMs: 1.5 } }
    await expect(broker.createTopic('t', small)).rejects.toThrow(/segmentBytes.*retentionMs/)
  })

  test('that is deleted and made again is another, and empty', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    const { topic: old } = await broker.createTopic('t', { partitions: 2 })
    await broker.produceRecords('t', [record('old', { partition: 0 })], {})
    await broker.deleteTopic('t')
    const unknown = failure('UNKNOWN_TOPIC_OR_PARTITION')
    await expect(broker.describeTopic('t')).rejects.toThrow(unknown)
    await expect(broker.produceRecords('t', [record('x')], {})).rejects.toThrow(unknown)
    const { topic } = await broker.createTopic('t', { partitions: 1 })
    expect(topic.id).not.toBe(old.id)
    expect(await valuesOf(broker, 't')).toEqual([])
    expect(await readdir(join(directory.path, 'topics'))).toEqual([
      '__groups-0',
      '__offsets-0',
      '__produce-0',
      '__schemas-0',
      '__share-0',
      '__topics-0',
      't-0',
    ])
  })

  test('that is deleted sends away those who wait for its records', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const request = { topic: 't', partition: 0, offset: at(0), maxBytes: 100, minBytes: 1 }
    const waiting = broker.fetch({ ...request, waitMs: 60_000 })
    const [sentAway] = await Promise.allSettled([waiting, broker.deleteTopic('t')])
    expect(sentAway).toMatchObject({ reason: { code: 'UNKNOWN_TOPIC_OR_PARTITION' } })
  })

  test("of Millrace's own can be read and listed, and not changed", async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const values = await valuesOf(broker, '__topics')
    expect(values).toHaveLength(7)
    expect((await broker.describeTopic('__topics')).internal).toBe(true)
    const refusal = failure('INVALID_TOPIC')
    await expect(broker.produceRecords('__topics', [record('x')], {})).rejects.toThrow(refusal)
    await expect(broker.deleteTopic('__offsets')).rejects.toThrow(refusal)
    await expect(broker.alterTopic('__offsets', { partitions: 2 })).rejects.toThrow(refusal)
    await expect(broker.trimPartition('__produce', 0, at(0))).rejects.toThrow(refusal)
  })

  test('is listed in the order of names, page by page', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    for (const name of ['b', 'a-2', 'a-1', 'c']) await broker.createTopic(name, {})
    const first = await broker.listTopics({ limit: 2, after: '__topics' })
    expect(first.topics.map(({ name }) => name)).toEqual(['a-1', 'a-2'])
    expect(first.next).toBe('a-2')
    const second = await broker.listTopics({ limit: 2, after: 'a-2' })
    expect(second.topics.map(({ name }) => name)).toEqual(['b', 'c'])
    expect(second.next).toBeUndefined()
    const some = await broker.listTopics({ limit: 10, prefix: 'a-' })
    expect(some.topics).toHaveLength(2)
  })
})

describe('a trim', () => {
  test('lets go of records up to the high watermark and no further, and never comes back', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    await broker.produceRecords(
      't',
      ['0', '1', '2'].map((value) => record(value)),
      {},
    )
    expect(await broker.trimPartition('t', 0, at(2))).toBe(2)
    expect(await broker.trimPartition('t', 0, at(1))).toBe(2)
    expect(await valuesOf(broker, 't')).toEqual(['2'])
    const beyond = { logStartOffset: 2, highWatermark: 3 }
    await expect(broker.trimPartition('t', 0, at(4))).rejects.toThrow(
      failure('OFFSET_OUT_OF_RANGE', beyond),
    )
    await expect(broker.trimPartition('t', 0, at(4))).rejects.toThrow('trim it to 3')
  })
})

test('partitions and topics are counted', async () => {
  await using directory = await makeTempDirectory()
  await using broker = await openBroker(directory.path)
  await broker.createTopic('t', { partitions: 3 })
  await broker.createTopic('u', { partitions: 2 })
  await broker.deleteTopic('t')
  expect(broker.metrics().storage).toMatchObject({ topics: 7, partitions: 8 })
})
