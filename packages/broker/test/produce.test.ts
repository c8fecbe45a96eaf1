import { encodeBatch } from '@millrace/model/batch-encoding'
import { partitionOfKey } from '@millrace/model/partitioner'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { at, failure, openBroker, readAll, record, recordsIn, valuesOf } from './open-broker.ts'

describe('produced records', () => {
  test('go to the partition they name, else by their key, and come back as they were', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { partitions: 3 })
    const headers = [{ name: 'trace', value: Buffer.from('a1') }]
    const records = [
      { ...record('by key', { key: 'user-1' }), headers },
      record('named', { key: 'user-1', partition: 0 }),
      { ...record('gone', { key: 'user-2', timestamp: 1 }), value: null },
    ]
    const { records: places, duplicate } = await broker.produceRecords('t', records, {})
    const byKey = partitionOfKey(Buffer.from('user-1'), 3)
    expect(duplicate).toBe(false)
    expect(places.slice(0, 2)).toEqual([
      { partition: byKey, offset: 0 },
      { partition: 0, offset: byKey === 0 ? 1 : 0 },
    ])
    const [first] = await readAll(broker, 't', byKey)
    expect(first).toMatchObject({ offset: 0, timestamp: 1_700_000_000_000 })
    expect(first?.headers.map(({ name, value }) => [name, String(value)])).toEqual([
      ['trace', 'a1'],
    ])
    const tombstone = await readAll(broker, 't', places[2]!.partition)
    expect(tombstone.at(-1)).toMatchObject({ value: null, timestamp: 1 })
  })

  test('without a key stay together, and are spread once there are many', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { partitions: 3 })
    const few = await broker.produceRecords(
      't',
      Array.from({ length: 10 }, () => record('x')),
      {},
    )
    expect(new Set(few.records.map(({ partition }) => partition)).size).toBe(1)
    const large = 'x'.repeat(4_000)
    const many = await broker.produceRecords(
      't',
      Array.from({ length: 40 }, () => record(large)),
      {},
    )
    expect(new Set(many.records.map(({ partition }) => partition)).size).toBe(3)
  })

  test('too many for one batch become several, and keep their order', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { config: { maxMessageBytes: 1_024 } })
    const values = Array.from({ length: 50 }, (_, index) => String(index).padStart(100, '0'))
    const { records } = await broker.produceRecords(
      't',
      values.map((value) => record(value)),
      {},
    )
    expect(records.map(({ offset }) => offset)).toEqual([...values.keys()])
    expect(await valuesOf(broker, 't')).toEqual(values)
    const read = { topic: 't', partition: 0, offset: at(0), maxBytes: 1, minBytes: 0, waitMs: 0 }
    const { pieces } = await broker.fetch(read)
    expect(recordsIn(pieces).length).toBeLessThan(50)
  })

  test.each([
    ['a record too large', record('x'.repeat(2_000)), 'RECORD_TOO_LARGE'],
    [
      'a timestamp too far ahead',
      record('x', { timestamp: 2_000_000_000_000_000 }),
      'INVALID_RECORD',
    ],
    ['a timestamp below zero', record('x', { timestamp: -1 }), 'INVALID_RECORD'],
    ['a timestamp that is no integer', record('x', { timestamp: 1.5 }), 'INVALID_RECORD'],
    ['an unknown partition', record('x', { partition: 9 }), 'UNKNOWN_TOPIC_OR_PARTITION'],
  ])('with %s among them are none of them appended', async (_what, bad, code) => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { partitions: 2, config: { maxMessageBytes: 1_024 } })
    const good = (value: string, partition: number) => record(value, { partition })
    const records = [good('a', 0), good('b', 1), good('c', 0), { partition: 0, ...bad }]
    await expect(broker.produceRecords('t', records, {})).rejects.toThrow(
      failure(code, { index: 3, appended: false }),
    )
    expect(await valuesOf(broker, 't', 0)).toEqual([])
    expect(await valuesOf(broker, 't', 1)).toEqual([])
  })

  test('may come from a clock that is wrong where the log gives the time', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { config: { messageTimestampType: 'LogAppendTime' } })
    const before = Date.now()
    await broker.produceRecords('t', [record('x', { timestamp: 9_000_000_000_000 })], {})
    const [found] = await readAll(broker, 't')
    expect(found?.timestamp).toBeGreaterThanOrEqual(before)
    expect(found?.timestamp).toBeLessThanOrEqual(Date.now())
  })

  test('are appended only where the log was expected to end', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', { partitions: 2 })
    const here = (value: string) => [record(value, { partition: 1 })]
    await broker.produceRecords('t', here('0'), { expectedLogEndOffset: at(0) })
    await expect(
      broker.produceRecords('t', here('1'), { expectedLogEndOffset: at(0) }),
    ).rejects.toThrow(failure('LOG_END_OFFSET_MISMATCH', { logEndOffset: 1, appended: false }))
    await expect(
      broker.produceRecords('t', [record('anywhere')], { expectedLogEndOffset: at(1) }),
    ).rejects.toThrow(failure('INVALID_REQUEST'))
    expect(await valuesOf(broker, 't', 1)).toEqual(['0'])
  })

  test('of nobody are appended nowhere', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    expect(await broker.produceRecords('t', [], {})).toEqual({ records: [], duplicate: false })
  })

  test('make their topic when that is allowed, and else do not', async () => {
    await using directory = await makeTempDirectory()
    const strict = await openBroker(directory.path)
    await expect(strict.produceRecords('t', [record('x')], {})).rejects.toThrow(
      failure('UNKNOWN_TOPIC_OR_PARTITION'),
    )
    await strict.close()
    const lax = { autoCreateTopics: true, defaultPartitions: 2 }
    await using broker = await openBroker(directory.path, { broker: lax })
    const all = Array.from({ length: 5 }, () => broker.produceRecords('t', [record('x')], {}))
    await Promise.all(all)
    expect((await broker.describeTopic('t')).partitions).toHaveLength(2)
  })
})

describe('raw batches', () => {
  const batchOf = (...values: readonly string[]) =>
    encodeBatch({ records: values.map((value) => record(value)) })

  test('are stored one after the other in one append', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const bytes = Buffer.concat([batchOf('0', '1'), batchOf('2')])
    const { ranges } = await broker.produceBatches('t', 0, bytes, {})
    expect(ranges).toEqual([{ partition: 0, baseOffset: 0, lastOffset: 2 }])
    expect(await valuesOf(broker, 't')).toEqual(['0', '1', '2'])
  })

  test.each([
    ['nothing', () => Buffer.alloc(0), 'INVALID_RECORD'],
    ['a cut batch', () => batchOf('x').subarray(0, -1), 'CORRUPT_BATCH'],
    ['text', () => Buffer.from('hello, world'.repeat(10)), 'CORRUPT_BATCH'],
    [
      'a wrong CRC behind a right one',
      () => {
        const wrong = Buffer.from(batchOf('x'))
        wrong.writeUInt8(wrong.readUInt8(17) ^ 1, 17)
        return Buffer.concat([batchOf('ok'), wrong])
      },
      'CORRUPT_BATCH',
    ],
    [
      'a time too far ahead',
      () => encodeBatch({ records: [record('x', { timestamp: 9_000_000_000_000 })] }),
      'INVALID_RECORD',
    ],
  ])('that are %s are refused whole', async (_what, bytes, code) => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    await expect(broker.produceBatches('t', 0, bytes(), {})).rejects.toThrow(failure(code))
    expect(await valuesOf(broker, 't')).toEqual([])
  })

  test('with a producer and a sequence are recognized when they come again', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await first.createTopic('t', {})
    const producerId = await first.allocateProducerId()
    const batch = (baseSequence: number, producerEpoch = 0) =>
      encodeBatch({ records: [record(`${baseSequence}`)], producerId, producerEpoch, baseSequence })
    await first.produceBatches('t', 0, batch(0), {})
    await first.produceBatches('t', 0, batch(1), {})
    await first.close()
    await using broker = await openBroker(directory.path)
    const repeat = await broker.produceBatches('t', 0, batch(1), {})
    expect(repeat).toEqual({
      ranges: [{ partition: 0, baseOffset: 1, lastOffset: 1 }],
      duplicate: true,
    })
    await expect(broker.produceBatches('t', 0, batch(5), {})).rejects.toThrow(
      failure('OUT_OF_ORDER_SEQUENCE', { expectedSequence: 2 }),
    )
    await broker.produceBatches('t', 0, batch(0, 1), {})
    await expect(broker.produceBatches('t', 0, batch(2), {})).rejects.toThrow(
      failure('PRODUCER_FENCED'),
    )
    expect(await valuesOf(broker, 't')).toEqual(['0', '1', '0'])
  })
})

test('producer ids are never given twice, also across restarts', async () => {
  await using directory = await makeTempDirectory()
  const given = new Set<number>()
  for (let life = 0; life < 3; life++) {
    await using broker = await openBroker(directory.path)
    const ids = await Promise.all(Array.from({ length: 1_100 }, () => broker.allocateProducerId()))
    for (const id of ids) given.add(id)
  }
  expect(given.size).toBe(3_300)
})

test('a broker that stops refuses what comes, and keeps what it answered', async () => {
  await using directory = await makeTempDirectory()
  const broker = await openBroker(directory.path)
  await broker.createTopic('t', {})
  const produced = broker.produceRecords('t', [record('in time')], {})
  const closed = broker.close()
  await expect(broker.produceRecords('t', [record('late')], {})).rejects.toThrow(
    failure('STOPPING'),
  )
  await produced
  await closed
  await using again = await openBroker(directory.path)
  expect(await valuesOf(again, 't')).toEqual(['in time'])
})
