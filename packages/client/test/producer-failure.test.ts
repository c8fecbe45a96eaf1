import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../src/client.ts'
import { consumeAll } from './consume-all.ts'
import { type RunningServer, startServer } from './running-server.ts'
import { watchFetch } from './watched-fetch.ts'

const LONG_MS = 3_600_000

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

test('records for an unknown topic are refused, and those sent once it exists are not', async () => {
  const client = createClient(server.url)
  await using producer = client.producer('late')
  const refusal = { code: 'UNKNOWN_TOPIC_OR_PARTITION', status: 404, appended: false }
  const outcomes = await Promise.allSettled([
    producer.send({ value: 'a' }),
    producer.send({ value: 'b' }),
  ])
  expect(outcomes).toMatchObject([{ reason: refusal }, { reason: refusal }])
  await client.topics.create('late')
  expect(await producer.send({ value: 'c' })).toEqual({ partition: 0, offset: 0 })
})

test('a partition that is not there is refused, also when the topic has grown less', async () => {
  const client = createClient(server.url)
  await client.topics.create('small', { partitions: 2 })
  await using producer = client.producer('small')
  const refusal = { code: 'UNKNOWN_TOPIC_OR_PARTITION', appended: false }
  await expect(producer.send({ value: 'a', partition: 2 })).rejects.toMatchObject(refusal)
  await client.topics.alter('small', { partitions: 3 })
  expect(await producer.send({ value: 'a', partition: 2 })).toEqual({ partition: 2, offset: 0 })
})

test('a record that is too large is refused, and those around it are not', async () => {
  const client = createClient(server.url)
  await client.topics.create('large', { config: { maxMessageBytes: 1_024 } })
  await using producer = client.producer('large')
  const outcomes = await Promise.allSettled([
    producer.send({ value: 'before' }),
    producer.send({ value: 'x'.repeat(2_000) }),
    producer.send({ value: 'after' }),
  ])
  expect(outcomes).toMatchObject([
    { value: { offset: 0 } },
    { reason: { code: 'RECORD_TOO_LARGE', appended: false } },
    { value: { offset: 1 } },
  ])
})

test('what is no record rejects its own promise, and nothing else', async () => {
  const client = createClient(server.url)
  await client.topics.create('typed')
  await using producer = client.producer('typed')
  await expect(producer.send({})).rejects.toThrow(TypeError)
  expect(await producer.send({ value: '' })).toEqual({ partition: 0, offset: 0 })
})

describe('an abort', () => {
  test('of a record that waits takes it back', async () => {
    const client = createClient(server.url)
    await client.topics.create('taken-back')
    await using producer = client.producer('taken-back', { lingerMs: LONG_MS })
    const controller = new AbortController()
    const first = producer.send({ value: 'a' })
    const second = producer.send({ value: 'b' }, { signal: controller.signal })
    const third = producer.send({ value: 'c' })
    await producer.ready()
    controller.abort(new Error('changed my mind'))
    await expect(second).rejects.toThrow('changed my mind')
    await producer.flush()
    expect(await Promise.all([first, third])).toMatchObject([{ offset: 0 }, { offset: 1 }])
    expect((await consumeAll(client, 'taken-back')).map(({ text }) => text)).toEqual(['a', 'c'])
  })

  test('of flush and ready ends the waiting only', async () => {
    const watched = watchFetch()
    const client = createClient(server.url, { fetch: watched.fetch })
    await client.topics.create('impatient')
    await using producer = client.producer('impatient', { lingerMs: 0 })
    const held = watched.hold(1)
    const outcome = producer.send({ value: 'a' })
    await held
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(producer.flush({ signal })).rejects.toThrow('enough')
    watched.release()
    expect(await outcome).toEqual({ partition: 0, offset: 0 })
  })

  test('of close gives up on what has no answer', async () => {
    const watched = watchFetch()
    const client = createClient(server.url, { fetch: watched.fetch })
    await client.topics.create('abandoned')
    const producer = client.producer('abandoned', { lingerMs: 0, batchBytes: 100 })
    const held = watched.hold(1)
    const outcomes = Promise.allSettled(
      ['a', 'b'].map(async (value) => producer.send({ value: value.repeat(100) })),
    )
    await held
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(producer.close({ signal })).rejects.toThrow('enough')
    watched.release()
    const reason = expect.objectContaining({ message: 'enough' })
    expect(await outcomes).toMatchObject([{ reason }, { reason }])
  })
})

describe('closing', () => {
  test('sends what waits, and takes no more', async () => {
    const client = createClient(server.url)
    await client.topics.create('closing')
    const producer = client.producer('closing', { lingerMs: LONG_MS })
    const outcomes = ['a', 'b', 'c'].map(async (value) => producer.send({ value }))
    await producer.close()
    expect((await Promise.all(outcomes)).map(({ offset }) => offset)).toEqual([0, 1, 2])
    await expect(producer.send({ value: 'd' })).rejects.toMatchObject({ code: 'CLOSED' })
    await producer.close()
  })

  test('is what await using does', async () => {
    const client = createClient(server.url)
    await client.topics.create('using')
    let outcome: Promise<unknown>
    {
      await using producer = client.producer('using', { lingerMs: LONG_MS })
      outcome = producer.send({ value: 'a' })
    }
    expect(await outcome).toEqual({ partition: 0, offset: 0 })
  })
})
