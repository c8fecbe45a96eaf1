import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, createClient } from '../src/client.ts'
import { textOf } from '../src/consumed-record.ts'
import type { Consumer, ConsumerOptions } from '../src/consumer.ts'
import { consumeAll } from './consume-all.ts'
import { type RunningServer, startServer } from './running-server.ts'

let server: RunningServer
let client: Client
beforeAll(async () => {
  server = await startServer()
  client = createClient(server.url)
})
afterAll(async () => server[Symbol.asyncDispose]())

test('every record of every partition comes once, in the order of its partition', async () => {
  await produce('all', 600, 4)
  const records = await consumeAll(client, 'all', { maxBytes: 500 })
  expect(records.map(({ text }) => Number(text)).toSorted((a, b) => a - b)).toEqual(numbers(600))
  for (const partition of [0, 1, 2, 3]) {
    const offsets = records.filter((one) => one.partition === partition).map(({ offset }) => offset)
    expect(offsets).toEqual(numbers(150))
  }
})

test('a reader that follows gets what comes later', async () => {
  await produce('followed', 2, 1)
  await using consumer = client.consumer('followed')
  const first = await take(consumer, 2)
  const later = take(consumer, 1)
  await produceMore('followed', ['2'])
  expect([...first, ...(await later)]).toEqual(['0', '1', '2'])
})

test('partitions that are added to a topic are read from their first record', async () => {
  await produce('grown', 1, 1)
  await using consumer = client.consumer('grown', {
    start: 'latest',
    metadataMaxAgeMs: 0,
    waitMs: 10,
  })
  await consumer.open()
  await client.topics.alter('grown', { partitions: 2 })
  await produceMore('grown', ['first', 'second'], 1)
  expect(await take(consumer, 2)).toEqual(['first', 'second'])
})

test('a reader that does not follow ends at what was there', async () => {
  await produce('ended', 3, 1)
  await using consumer = client.consumer('ended', { follow: false })
  await consumer.open()
  await produceMore('ended', ['3'])
  expect(await take(consumer, 10)).toEqual(['0', '1', '2'])
  expect(await consumeAll(client, 'ended', { start: 'latest' })).toEqual([])
})

test('with a key only its records come, in their order, and those that come later', async () => {
  await client.topics.create('keyed', { partitions: 1 })
  const send = async (from: number, to: number) => {
    await using producer = client.producer('keyed')
    for (let index = from; index < to; index++) {
      await producer.ready()
      void producer.send({ key: index % 3 === 0 ? 'fiz\u00e9' : 'other', value: String(index) })
    }
  }
  await send(0, 10)
  const options = { key: 'fiz\u00e9', maxBytes: 1 }
  const records = await consumeAll(client, 'keyed', options)
  expect(records.map(({ text }) => text)).toEqual(['0', '3', '6', '9'])
  await using consumer = client.consumer('keyed', { ...options, start: 'latest' })
  await consumer.open()
  const later = take(consumer, 2)
  await send(10, 16)
  expect(await later).toEqual(['12', '15'])
})

test('of records with another key nothing leaves the server', async () => {
  await client.topics.create('unmatched')
  await produceMore('unmatched', ['x'.repeat(100_000)])
  const received: number[] = []
  const counting = createClient(server.url, {
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      received.push(Number(response.headers.get('content-length')))
      return response
    },
  })
  expect(await consumeAll(counting, 'unmatched', { key: 'absent' })).toEqual([])
  expect(Math.max(...received)).toBeLessThan(10_000)
})

describe('it begins', () => {
  beforeAll(async () => {
    await client.topics.create('begun', { partitions: 2 })
    await using producer = client.producer('begun')
    for (const partition of [0, 1]) {
      for (const number of numbers(5)) {
        await producer.send({ value: String(number), partition, timestamp: 1_000 * (number + 1) })
      }
    }
  })

  const starts: readonly [string, ConsumerOptions, readonly string[]][] = [
    ['at the earliest, when not told otherwise', {}, ['01234', '01234']],
    ['at a time', { start: { timestamp: 2_001 } }, ['234', '234']],
    ['at a time in RFC 3339', { start: { timestamp: '1970-01-01T00:00:04Z' } }, ['34', '34']],
    ['at the end, when the time is later than all', { start: { timestamp: 9_000 } }, ['', '']],
    ['at offsets', { start: { offsets: new Map([[1, 3]]) } }, ['01234', '34']],
    ['in the partitions that are named', { partitions: [1] }, ['', '01234']],
  ]
  test.each(starts)('%s', async (_where, options, expected) => {
    const records = await consumeAll(client, 'begun', options)
    const texts = [0, 1].map((partition) =>
      records.filter((one) => one.partition === partition).map(({ text }) => text),
    )
    expect(texts.map((list) => list.join(''))).toEqual(expected)
  })

  test('at the latest: what is produced once it is open, and nothing before', async () => {
    await using consumer = client.consumer('begun', { start: 'latest', partitions: [0] })
    await consumer.open()
    await produceMore('begun', ['new'], 0)
    expect(await take(consumer, 1)).toEqual(['new'])
  })

  test('nowhere, in a partition or topic that does not exist', async () => {
    const refusal = { code: 'UNKNOWN_TOPIC_OR_PARTITION' }
    await expect(client.consumer('begun', { partitions: [2] }).open()).rejects.toMatchObject(
      refusal,
    )
    await expect(consumeAll(client, 'nothing')).rejects.toMatchObject({ ...refusal, status: 404 })
  })
})

describe('records that are gone', () => {
  beforeAll(async () => {
    await produce('trimmed', 5, 1)
    await client.topics.trim('trimmed', 0, 3)
  })

  test('end the loop, when nobody wants to hear of them', async () => {
    const start = { offsets: new Map([[0, 1]]) }
    await expect(consumeAll(client, 'trimmed', { start })).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
      problem: { logStartOffset: 3, highWatermark: 5 },
    })
  })

  test('are reported and skipped, when somebody does', async () => {
    const skips: unknown[] = []
    const options = {
      start: { offsets: new Map([[0, 1]]) },
      onSkip: (skipped: unknown) => skips.push(skipped),
    }
    const records = await consumeAll(client, 'trimmed', options)
    expect(records.map(({ text }) => text)).toEqual(['3', '4'])
    expect(skips).toMatchObject([{ partition: 0, from: 1, to: 3 }])
  })

  test('cannot be skipped at the other end: an offset beyond the log is refused', async () => {
    const start = { offsets: new Map([[0, 9]]) }
    const consumer = client.consumer('trimmed', { start, onSkip: () => {} })
    await expect(take(consumer, 1)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    await consumer.close()
  })
})

describe('the end of a reader', () => {
  test('closing ends a loop that waits', async () => {
    await produce('closed', 1, 1)
    const consumer = client.consumer('closed')
    expect(await take(consumer, 1)).toEqual(['0'])
    const rest = take(consumer, 1)
    await consumer.close()
    expect(await rest).toEqual([])
    expect(await take(consumer, 1)).toEqual([])
  })

  test('an abort before it opens leaves no failure that nobody hears of', async () => {
    const unheard: unknown[] = []
    const hear = (reason: unknown) => void unheard.push(reason)
    process.on('unhandledRejection', hear)
    const consumer = client.consumer('not-there')
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(consumer.open({ signal })).rejects.toThrow('enough')
    await expect(consumer.open()).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    // It is told after the microtasks of the turn in which it happened.
    await new Promise(setImmediate)
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
  })

  test('an abort ends it with the signal’s reason', async () => {
    await produce('aborted', 1, 1)
    const controller = new AbortController()
    await using consumer = client.consumer('aborted', { signal: controller.signal })
    expect(await take(consumer, 1)).toEqual(['0'])
    const rest = take(consumer, 1)
    controller.abort(new Error('enough'))
    await expect(rest).rejects.toThrow('enough')
  })
})

/** Numbers as text, round robin over the partitions. */
async function produce(topic: string, count: number, partitions: number): Promise<void> {
  await client.topics.create(topic, { partitions })
  await using producer = client.producer(topic, { batchBytes: 500 })
  await Promise.all(
    numbers(count).map(async (number) =>
      producer.send({ value: String(number), partition: number % partitions }),
    ),
  )
}

async function produceMore(topic: string, values: readonly string[], partition = 0): Promise<void> {
  await using producer = client.producer(topic)
  for (const value of values) await producer.send({ value, partition })
}

/** The next so many, or fewer when the loop ends. */
async function take(consumer: Consumer, count: number): Promise<readonly string[]> {
  const iterator = consumer[Symbol.asyncIterator]()
  const texts: string[] = []
  while (texts.length < count) {
    const { value, done } = await iterator.next()
    if (done === true) break
    texts.push(textOf(value.value ?? new Uint8Array()))
  }
  return texts
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
