import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, createClient } from '../src/client.ts'
import type { ShareRecord } from '../src/share-record.ts'
import { pause, Sharing, until, valueOf } from './sharing.ts'
import { watchFetch } from './watched-fetch.ts'

let sharing: Sharing
let client: Client
beforeAll(async () => {
  sharing = await Sharing.start()
  client = sharing.client
})
afterAll(async () => sharing[Symbol.asyncDispose]())

describe('what a handler does with a record', () => {
  test('one that ends accepts: each record comes once, those of a key in order', async () => {
    const values = Array.from({ length: 60 }, (_, number) => `${'abc'[number % 3]}:${number}`)
    await sharing.make('once', values)
    const taken = await sharing.takeAll('once')
    expect(taken.toSorted()).toEqual(values.toSorted())
    for (const key of 'abc') {
      const isOwn = (value: string) => value.startsWith(`${key}:`)
      expect(taken.filter(isOwn)).toEqual(values.filter(isOwn))
    }
    expect(await sharing.unsettled('once')).toBe(0)
    expect(await sharing.takeAll('once')).toEqual([])
  })

  test('one that throws gives it back, and those of its key wait until it is handled', async () => {
    await sharing.make('thrown', ['a:0', 'b:1', 'a:2', 'a:3'])
    const errors: unknown[] = []
    const counts: number[] = []
    const onError = (error: unknown, record: ShareRecord) => errors.push([error, valueOf(record)])
    const taken: string[] = []
    await using consumer = client.shareConsumer('thrown', {
      concurrency: 1,
      onError,
      maxRecords: 9,
    })
    await consumer.run((record) => {
      taken.push(valueOf(record))
      if (valueOf(record) === 'a:0') counts.push(record.deliveryCount)
      if (taken.length === 5) void consumer.close()
      if (valueOf(record) === 'a:0' && record.deliveryCount === 1) throw new Error('no')
    })
    expect(errors).toEqual([[new Error('no'), 'a:0']])
    expect(counts).toEqual([1, 2])
    expect(taken.filter((value) => value.startsWith('a'))).toEqual(['a:0', 'a:0', 'a:2', 'a:3'])
    expect(await sharing.unsettled('thrown')).toBe(0)
  })

  test('one that rejects gives up on it: it goes to the dead letters, and comes again by a redrive', async () => {
    await client.topics.create('rejected.dead')
    await sharing.make('rejected', ['a:0', 'a:1'], { deadLetter: { topic: 'rejected.dead' } })
    const taken = await sharing.takeAll('rejected', (record) => {
      if (valueOf(record) === 'a:0') record.reject('it is nonsense')
    })
    expect(taken).toContain('a:1')
    await until(async () => (await sharing.unsettled('rejected')) === 0)
    const { partitions } = await client.shareGroups.describe('rejected')
    expect(partitions.reduce((sum, { deadLetters }) => sum + deadLetters, 0)).toBe(1)
    const redriven = { redriven: 1, gone: 0, left: 0 }
    expect(await client.shareGroups.redrive('rejected', { key: 'a' })).toEqual(redriven)
    expect(await sharing.takeAll('rejected')).toEqual(['a:0'])
  })

  test('one that releases says when it comes again, also when it throws then', async () => {
    await sharing.make('released', ['a:0'], { retryDelaysMs: [3_600_000] })
    const started = performance.now()
    const counts: number[] = []
    await using consumer = client.shareConsumer('released')
    await consumer.run((record) => {
      counts.push(record.deliveryCount)
      if (record.deliveryCount > 1) return void consumer.close()
      record.release({ delayMs: 0, reason: 'not yet' })
      throw new Error('not yet')
    })
    expect(counts).toEqual([1, 2])
    expect(performance.now() - started).toBeLessThan(30_000)
  })

  test('bytes come as they were sent', async () => {
    await sharing.make('bytes', [])
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const headers = [
      { name: 'h', value: bytes },
      { name: 'n', value: null },
    ]
    await using producer = client.producer('bytes')
    await producer.send({ key: bytes, value: bytes, headers, partition: 0 })
    await producer.send({ key: bytes, value: null, partition: 0 })
    const found: ShareRecord[] = []
    await sharing.takeAll('bytes', (record) => void found.push(record))
    expect(found).toMatchObject([
      { topic: 'bytes', partition: 0, offset: 0, key: bytes, value: bytes, headers },
      { offset: 1, key: bytes, value: null },
    ])
  })
})

describe('side by side', () => {
  test('keys are handled at the same time, as many as is said, and a key never twice', async () => {
    const values = Array.from({ length: 40 }, (_, number) => `${number % 8}:${number}`)
    await sharing.make('beside', values)
    const running = new Set<string>()
    let most = 0
    await sharing.takeAll(
      'beside',
      async (record) => {
        const [key = ''] = valueOf(record).split(':')
        expect(running.has(key)).toBe(false)
        running.add(key)
        most = Math.max(most, running.size)
        await pause(10)
        running.delete(key)
      },
      { concurrency: 4, maxRecords: 40 },
    )
    expect(most).toBe(4)
    expect(await sharing.unsettled('beside')).toBe(0)
  })

  test('records without a key have no order: one that takes long holds up nobody', async () => {
    await sharing.make('keyless', ['0', '1', '2'])
    const gate = Promise.withResolvers<void>()
    const taken: string[] = []
    await using consumer = client.shareConsumer('keyless', { follow: false })
    const running = consumer.run(async (record) => {
      taken.push(valueOf(record))
      if (record.offset === 0) await gate.promise
    })
    await until(async () => (await sharing.unsettled('keyless')) === 1)
    gate.resolve()
    await running
    expect(taken).toEqual(['0', '1', '2'])
  })

  test('two consumers share the records of a group, each key in order', async () => {
    const values = Array.from({ length: 100 }, (_, number) => `${number % 10}:${number}`)
    await sharing.make('two', values)
    const taken: string[] = []
    const handler = async (record: ShareRecord) => {
      taken.push(valueOf(record))
      await pause(1)
    }
    const consumers = ['one', 'other'].map((consumer) => client.shareConsumer('two', { consumer }))
    const runs = consumers.map((consumer) => consumer.run(handler))
    await until(async () => (await sharing.unsettled('two')) === 0)
    await Promise.all(consumers.map((consumer) => consumer.close()))
    await Promise.all(runs)
    expect(taken).toHaveLength(100)
    for (let key = 0; key < 10; key++) {
      const isOwn = (value: string) => value.startsWith(`${key}:`)
      expect(taken.filter(isOwn)).toEqual(values.filter(isOwn))
    }
  })
})

describe('the end', () => {
  test('waits for the handler under way, and gives back what was not begun', async () => {
    await sharing.make('closed', ['a:0', 'a:1', 'b:2'])
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const consumer = client.shareConsumer('closed', { concurrency: 1, maxRecords: 3 })
    const running = consumer.run(async () => {
      begun.resolve()
      await gate.promise
    })
    await begun.promise
    const closed = consumer.close()
    await until(async () => (await sharing.acquired('closed')) === 1)
    gate.resolve()
    await Promise.all([closed, running])
    expect(await sharing.acquired('closed')).toBe(0)
    expect(await sharing.unsettled('closed')).toBe(2)
    // It was not begun: that it was handed out does not count.
    const { records } = await client.shareGroups.acquire('closed', { consumer: 'next' })
    expect(records.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 1])
    await expect(consumer.run(() => undefined)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('does not wait for ever: a handler that does not end is told, and its record comes again', async () => {
    await sharing.make('stuck', ['a:0'], { acquisitionLockMs: 1_000 })
    const begun = Promise.withResolvers<ShareRecord>()
    const consumer = client.shareConsumer('stuck', { closeTimeoutMs: 100 })
    const running = consumer.run(async (record) => {
      begun.resolve(record)
      await new Promise(() => undefined)
    })
    const record = await begun.promise
    await consumer.close()
    await running
    expect(record.signal.aborted).toBe(true)
    let again: readonly string[] = []
    await until(async () => (again = await sharing.takeAll('stuck')).length > 0)
    expect(again).toEqual(['a:0'])
  })

  test('comes also while it waits for records, and by a signal, whose reason it is', async () => {
    await sharing.make('waiting', [])
    const consumer = client.shareConsumer('waiting')
    const running = consumer.run(() => undefined)
    await pause(50)
    await consumer.close()
    await running
    const controller = new AbortController()
    await using other = client.shareConsumer('waiting', { signal: controller.signal })
    const aborted = other.run(() => undefined)
    await pause(50)
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
  })

  test('comes with what a callback throws', async () => {
    await sharing.make('callback', ['a:0'])
    const onError = () => {
      throw new Error('from onError')
    }
    await using consumer = client.shareConsumer('callback', { onError })
    const failing = consumer.run(() => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('from onError')
    expect(await sharing.acquired('callback')).toBe(0)
  })

  test('comes when there is no such group', async () => {
    await using consumer = client.shareConsumer('absent')
    const failing = consumer.run(() => undefined)
    await expect(failing).rejects.toMatchObject({ code: 'UNKNOWN_GROUP' })
  })
})

test('nobody waits for an acknowledgement: not for others, nor for the call that waits for records', async () => {
  await sharing.make('soon', ['a:0'])
  const watched = watchFetch()
  const consumer = createClient(sharing.server.url, { fetch: watched.fetch }).shareConsumer('soon')
  const ended = Promise.withResolvers<number>()
  const running = consumer.run(() => ended.resolve(performance.now()))
  const endedAtMs = await ended.promise
  await until(async () => (await sharing.unsettled('soon')) === 0)
  expect(performance.now() - endedAtMs).toBeLessThan(5_000)
  expect(watched.requests).toContain('POST /v1/share-groups/soon/acknowledge')
  await consumer.close()
  await running
})

test('acknowledgements go along with the next call for records, when there is one', async () => {
  const values = Array.from({ length: 50 }, (_, number) => `${number}:${number}`)
  await sharing.make('along', values)
  const watched = watchFetch()
  const consumer = createClient(sharing.server.url, { fetch: watched.fetch }).shareConsumer(
    'along',
    {
      follow: false,
      lingerMs: 1_000,
    },
  )
  await consumer.run(() => undefined)
  expect(await sharing.unsettled('along')).toBe(0)
  expect(watched.requests).not.toContain('POST /v1/share-groups/along/acknowledge')
})
