import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../src/client.ts'
import { consumeAll } from './consume-all.ts'
import { type Cut, startProxy } from './cutting-proxy.ts'
import { type RunningServer, startServer } from './running-server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

test('no record is lost or doubled when the connection is cut in the middle of answers', async () => {
  const direct = createClient(server.url)
  await direct.topics.create('half-answers')
  // An answer has some 250 bytes: each connection has a few, and the last one is cut. What it was about is
  // on disk, and nobody has been told.
  await using proxy = await startProxy(server.url, (connection) => ({
    afterReceived: 900 + ((connection * 137) % 700),
  }))
  await expectAllOnce(proxy.url, 'half-answers')
  expect(proxy.cuts).toBeGreaterThan(5)
})

test('nor when it is cut anywhere, in requests and in answers', async () => {
  const direct = createClient(server.url)
  await direct.topics.create('cut-anywhere')
  const random = lehmer(20_261_122)
  const anywhere = (): Cut => {
    const at = Math.floor(random() * 3_000)
    return random() < 0.5 ? { afterSent: at } : { afterReceived: at }
  }
  await using proxy = await startProxy(server.url, anywhere)
  await expectAllOnce(proxy.url, 'cut-anywhere')
  expect(proxy.cuts).toBeGreaterThan(5)
})

test('nor when the server is stopped and started again in the middle', async () => {
  const client = createClient(server.url)
  await client.topics.create('restarted')
  await using producer = client.producer('restarted', { lingerMs: 0, batchBytes: 400 })
  const sent = Array.from({ length: 300 }, (_, index) => String(index))
  const outcomes = sent.map(async (value) => producer.send({ value }))
  await outcomes[20]
  await server.restart()
  const offsets = (await Promise.all(outcomes)).map(({ offset }) => offset)
  expect(offsets).toEqual(sent.map(Number))
  expect((await consumeAll(client, 'restarted')).map(({ text }) => text)).toEqual(sent)
})

test('a record of which nobody knows the fate says so, and later ones go on under a new producer id', async () => {
  const requests: string[] = []
  let isLosingAnswers = false
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init)
    requests.push(response.url)
    if (isLosingAnswers) throw new TypeError('The answer was lost.')
    return response
  }
  const client = createClient(server.url, { fetch })
  await client.topics.create('unknown')
  await using producer = client.producer('unknown', { deliveryTimeoutMs: 1_000, lingerMs: 0 })
  expect(await producer.send({ value: 'a' })).toEqual({ partition: 0, offset: 0 })
  isLosingAnswers = true
  await expect(producer.send({ value: 'b' })).rejects.toMatchObject({
    code: 'NO_ANSWER',
    appended: 'unknown',
  })
  isLosingAnswers = false
  expect(await producer.send({ value: 'c' })).toEqual({ partition: 0, offset: 2 })
  expect(requests.filter((url) => url.endsWith('/v1/producers'))).toHaveLength(2)
  expect((await consumeAll(client, 'unknown')).map(({ text }) => text)).toEqual(['a', 'b', 'c'])
})

async function expectAllOnce(url: string, topic: string): Promise<void> {
  const client = createClient(url)
  const sent = Array.from({ length: 400 }, (_, index) => String(index))
  {
    await using producer = client.producer(topic, { lingerMs: 0, batchBytes: 300 })
    const outcomes = await Promise.all(sent.map(async (value) => producer.send({ value })))
    expect(outcomes.map(({ offset }) => offset)).toEqual(sent.map(Number))
  }
  const records = await consumeAll(createClient(server.url), topic)
  expect(records.map(({ text }) => text)).toEqual(sent)
}

function lehmer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}
