import { partitionOfKey } from '@millrace/model/partitioner'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProducedRecord } from '../src/pending-record.ts'
import { createClient } from '../src/client.ts'
import { consumeAll } from './consume-all.ts'
import { type RunningServer, startServer } from './running-server.ts'
import { watchFetch } from './watched-fetch.ts'

/** Longer than any test: what goes does not go because its time has come. */
const LONG_MS = 3_600_000

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

test('each record has its own promise, with the place where it can be read', async () => {
  const client = createClient(server.url)
  await client.topics.create('places', { partitions: 3 })
  await using producer = client.producer('places')
  const numbers = Array.from({ length: 500 }, (_, index) => index)
  const places = await Promise.all(
    numbers.map(async (number) => producer.send({ key: `k${number % 50}`, json: number })),
  )
  const records = await consumeAll(client, 'places')
  expect(records).toHaveLength(500)
  for (const number of numbers) {
    const { partition, offset } = places[number]!
    expect(partition).toBe(partitionOfKey(Buffer.from(`k${number % 50}`), 3))
    const found = records.find((one) => one.partition === partition && one.offset === offset)
    expect(found?.text).toBe(String(number))
  }
})

test('a topic that does not exist is made, by a server that makes topics when they are produced to', async () => {
  await using dev = await startServer({
    'broker.autoCreateTopics': 'true',
    'broker.defaultPartitions': '3',
  })
  const client = createClient(dev.url)
  await using producer = client.producer('made')
  await producer.send({ key: 'one', json: 1 })
  expect((await client.topics.describe('made')).partitions).toHaveLength(3)

  await using refused = createClient(server.url).producer('not-made', { deliveryTimeoutMs: 5_000 })
  await expect(refused.send({ json: 1 })).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
})

test('records of one partition are appended in the order of send, without a wait in between', async () => {
  const client = createClient(server.url)
  await client.topics.create('order')
  await using producer = client.producer('order', { lingerMs: 0, batchBytes: 1_000 })
  const sent = Array.from({ length: 2_000 }, (_, index) => String(index))
  await Promise.all(sent.map(async (value) => producer.send({ value })))
  expect((await consumeAll(client, 'order')).map(({ text }) => text)).toEqual(sent)
})

test('keys, headers, times, bytes, tombstones and JSON arrive as they were', async () => {
  const client = createClient(server.url)
  await client.topics.create('shapes')
  await using producer = client.producer('shapes')
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  await producer.send({ key: 'é', value: '€', headers: { trace: 'a1', none: null }, timestamp: 5 })
  await producer.send({ key: bytes, value: null })
  await producer.send({ json: { total: 3 } })
  const [first, second, third] = await consumeAll(client, 'shapes')
  expect(first).toMatchObject({ keyText: 'é', text: '€', timestamp: 5 })
  expect(first!.headers).toEqual([
    { name: 'trace', value: new TextEncoder().encode('a1') },
    { name: 'none', value: null },
  ])
  expect(second).toMatchObject({ key: bytes, value: null, headers: [] })
  expect(third).toMatchObject({ key: null, text: '{"total":3}' })
})

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
  '%s batches are taken and read',
  async (compression) => {
    const client = createClient(server.url)
    const topic = `codec-${compression}`
    await client.topics.create(topic)
    await using producer = client.producer(topic, { compression, lingerMs: LONG_MS })
    const sent = Array.from({ length: 300 }, (_, index) => `line ${index}`)
    const outcomes = sent.map(async (value) => producer.send({ value }))
    await producer.flush()
    await Promise.all(outcomes)
    expect((await consumeAll(client, topic)).map(({ text }) => text)).toEqual(sent)
  },
)

test('keys go to partitions that were added, once the topic was looked at again', async () => {
  const client = createClient(server.url)
  await client.topics.create('growing')
  await using producer = client.producer('growing', { lingerMs: 0, metadataMaxAgeMs: 0 })
  expect(await producer.send({ key: 'kafka', value: '' })).toMatchObject({ partition: 0 })
  await client.topics.alter('growing', { partitions: 3 })
  // Whoever sends first only makes the producer look; it need not wait for what is seen.
  for (;;) {
    const { partition } = await producer.send({ key: 'kafka', value: '' })
    if (partition === 1) break
    expect(partition).toBe(0)
  }
})

describe('batches', () => {
  test('what is sent while the first lingers goes with it; flush ends the lingering', async () => {
    const watched = watchFetch()
    const client = createClient(server.url, { fetch: watched.fetch })
    await client.topics.create('linger')
    await using producer = client.producer('linger', { lingerMs: LONG_MS })
    const outcomes = ['a', 'b'].map(async (value) => producer.send({ value }))
    await producer.ready()
    outcomes.push(producer.send({ value: 'c' }))
    await producer.flush()
    expect(offsetsOf(await Promise.all(outcomes))).toEqual([0, 1, 2])
    expect(produceRequests(watched.requests)).toHaveLength(1)
  })

  test('a full batch does not linger, and no batch is larger than it may be', async () => {
    const watched = watchFetch()
    const client = createClient(server.url, { fetch: watched.fetch })
    await client.topics.create('full', { config: { maxMessageBytes: 1_024 } })
    await using producer = client.producer('full', { lingerMs: LONG_MS })
    const sent = Array.from({ length: 9 }, async () => producer.send({ value: 'x'.repeat(250) }))
    // Three fit into a batch. Behind the last three there is nothing that would not.
    expect(offsetsOf(await Promise.all(sent.slice(0, 6)))).toEqual([0, 1, 2, 3, 4, 5])
    expect(produceRequests(watched.requests)).toHaveLength(2)
    await producer.flush()
    expect(produceRequests(watched.requests)).toHaveLength(3)
  })

  test('one request of a partition is under way at a time, those of others beside it', async () => {
    const watched = watchFetch()
    const client = createClient(server.url, { fetch: watched.fetch })
    await client.topics.create('one-at-a-time', { partitions: 2 })
    await using producer = client.producer('one-at-a-time', { lingerMs: 0, batchBytes: 500 })
    const both = watched.hold(2)
    const outcomes = Array.from({ length: 100 }, async (_, index) =>
      producer.send({ value: 'x'.repeat(100), partition: index % 2 }),
    )
    await both
    watched.release()
    await Promise.all(outcomes)
    expect(produceRequests(watched.requests).length).toBeGreaterThan(10)
    const counts = [0, 1].map((partition) =>
      watched.concurrency.get(`POST /v1/topics/one-at-a-time/records?partition=${partition}`),
    )
    expect(counts).toEqual([1, 1])
  })

  test('keyless records fill batches of one partition, then of another', async () => {
    const client = createClient(server.url)
    await client.topics.create('sticky', { partitions: 10 })
    await using producer = client.producer('sticky', { lingerMs: LONG_MS })
    const outcomes = Array.from({ length: 64 }, async () =>
      producer.send({ value: 'x'.repeat(1_000) }),
    )
    await producer.flush()
    const partitions = (await Promise.all(outcomes)).map(({ partition }) => partition)
    const changes = partitions.filter((partition, index) => partition !== partitions[index - 1])
    expect(changes).toHaveLength(4)
  })
})

describe('back-pressure', () => {
  test('ready waits while as much as is allowed has no answer yet', async () => {
    const watched = watchFetch()
    const client = createClient(server.url, { fetch: watched.fetch })
    await client.topics.create('pressure')
    await using producer = client.producer('pressure', { lingerMs: 0, maxBufferedBytes: 1_000 })
    await producer.ready()
    const held = watched.hold(1)
    const first = producer.send({ value: 'x'.repeat(1_000) })
    await held
    let isReady = false
    const ready = producer.ready().then(() => {
      isReady = true
    })
    const waiting = producer.send({ value: 'later' })
    await expect(producer.ready({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    )
    expect(isReady).toBe(false)
    watched.release()
    await ready
    expect(offsetsOf(await Promise.all([first, waiting]))).toEqual([0, 1])
  })

  test('who sends more than that is served in order all the same', async () => {
    const client = createClient(server.url)
    await client.topics.create('flood')
    await using producer = client.producer('flood', { lingerMs: 0, maxBufferedBytes: 2_000 })
    const outcomes = Array.from({ length: 200 }, async () =>
      producer.send({ value: 'x'.repeat(300) }),
    )
    expect(offsetsOf(await Promise.all(outcomes))).toEqual(outcomes.map((_, index) => index))
  })
})

function produceRequests(requests: readonly string[]): readonly string[] {
  return requests.filter((request) => request.includes('/records?partition='))
}

function offsetsOf(produced: readonly ProducedRecord[]): readonly number[] {
  return produced.map(({ offset }) => offset)
}
