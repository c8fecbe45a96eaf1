import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, createClient } from '../src/client.ts'
import type { ConsumerOptions } from '../src/consumer.ts'
import { consumeAll } from './consume-all.ts'
import { type RunningServer, startServer } from './running-server.ts'

let server: RunningServer
let client: Client
beforeAll(async () => {
  server = await startServer()
  client = createClient(server.url)
  await client.topics.create('t')
  await using producer = client.producer('t')
  for (const value of ['0', '1', '2', '3', '4', '5']) await producer.send({ value })
})
afterAll(async () => server[Symbol.asyncDispose]())

test('a turn that has ended is committed, the turn under way is not', async () => {
  {
    await using consumer = client.consumer('t', { group: 'turns', follow: false })
    for await (const record of consumer) {
      if (record.offset !== 3) continue
      await consumer.commit()
      break
    }
  }
  expect(await committed('turns')).toEqual([3])
  expect(await rest('turns')).toEqual([3, 4, 5])
})

test('a commit through a record counts that one, too', async () => {
  {
    await using consumer = client.consumer('t', { group: 'through', follow: false })
    for await (const record of consumer) {
      if (record.offset !== 3) continue
      await consumer.commit({ through: record })
      break
    }
    expect(await nextOffset(consumer)).toBe(4)
  }
  expect(await rest('through')).toEqual([4, 5])
})

test('a loop that is left gives the same record first when it is entered again', async () => {
  await using consumer = client.consumer('t', { group: 'entered-again', follow: false })
  for await (const record of consumer) if (record.offset === 2) break
  expect(await nextOffset(consumer)).toBe(2)
  const again: number[] = []
  const failing = async (): Promise<void> => {
    for await (const { offset } of consumer) {
      again.push(offset)
      if (offset === 4) throw new Error('failed')
    }
  }
  await expect(failing()).rejects.toThrow('failed')
  expect(again).toEqual([2, 3, 4])
  expect(await nextOffset(consumer)).toBe(4)
  await consumer.commit()
  expect(await committed('entered-again')).toEqual([4])
})

test('a loop that ended has processed everything', async () => {
  await using consumer = client.consumer('t', { group: 'everything', follow: false })
  const offsets: number[] = []
  for await (const { offset } of consumer) offsets.push(offset)
  expect(offsets).toEqual([0, 1, 2, 3, 4, 5])
  await consumer.commit()
  expect(await committed('everything')).toEqual([6])
})

test('what is not committed comes again', async () => {
  await rest('nothing-committed')
  expect(await committed('nothing-committed')).toEqual([])
  expect(await rest('nothing-committed')).toEqual([0, 1, 2, 3, 4, 5])
})

test('autoCommit commits what is processed, at the latest when the reader is closed', async () => {
  expect(await rest('by-itself', { autoCommit: true })).toEqual([0, 1, 2, 3, 4, 5])
  expect(await committed('by-itself')).toEqual([6])
  {
    await using consumer = client.consumer('t', { group: 'closed', autoCommit: true })
    for await (const { offset } of consumer) if (offset === 2) break
  }
  expect(await committed('closed')).toEqual([2])
})

test('where a group begins at the latest is where it goes on, though nothing came', async () => {
  await rest('latest', { start: 'latest', autoCommit: true })
  {
    await using producer = client.producer('t')
    await producer.send({ value: '6' })
  }
  expect(await rest('latest', { start: 'latest' })).toEqual([6])
})

test('the committed offset outranks where the reader was told to begin', async () => {
  await client.offsets.commit('told', [{ topic: 't', partition: 0, offset: 4 }])
  const [first] = await rest('told', { start: 'earliest' })
  expect(first).toBe(4)
})

test('a commit through a record takes back none that came after it', async () => {
  await using consumer = client.consumer('t', { group: 'through-earlier', follow: false })
  for await (const record of consumer) {
    if (record.offset === 4) await consumer.commit({ through: { partition: 0, offset: 1 } })
  }
  expect(await committed('through-earlier')).toEqual([4])
})

test('of commits that nobody waits for in between, the last one counts', async () => {
  const held: PromiseWithResolvers<void>[] = []
  const slow = createClient(server.url, {
    fetch: async (input, init) => {
      if (init?.method === 'POST') {
        const gate = Promise.withResolvers<void>()
        held.push(gate)
        await gate.promise
      }
      return globalThis.fetch(input, init)
    },
  })
  await using consumer = slow.consumer('t', { group: 'overlapping', follow: false })
  const iterator = consumer[Symbol.asyncIterator]()
  await iterator.next()
  await iterator.next()
  const first = consumer.commit()
  await iterator.next()
  const second = consumer.commit()
  // Were the second one under way already, it would arrive before the first.
  await expect.poll(() => held.length).toBe(1)
  held[0]?.resolve()
  await first
  await expect.poll(() => held.length).toBe(2)
  held[1]?.resolve()
  await second
  expect(await committed('overlapping')).toEqual([2])
})

test('a reader that is closed while it commits by itself ends its loop, and commits', async () => {
  let commits = 0
  const committing = Promise.withResolvers<void>()
  const stalling = createClient(server.url, {
    fetch: async (input, init) => {
      if (init?.method === 'POST' && ++commits === 1) {
        committing.resolve()
        await new Promise((_resolve, reject) => {
          init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error))
        })
      }
      return globalThis.fetch(input, init)
    },
  })
  const consumer = stalling.consumer('t', { group: 'closed-early', autoCommit: true })
  const loop = (async () => {
    const offsets: number[] = []
    for await (const { offset } of consumer) offsets.push(offset)
    return offsets
  })()
  await committing.promise
  await consumer.close()
  const offsets = await loop
  expect(await committed('closed-early')).toEqual([offsets.length])
})

test('committing without a group is a TypeError', async () => {
  await using consumer = client.consumer('t')
  await expect(consumer.commit()).rejects.toThrow(TypeError)
  expect(() => client.consumer('t', { autoCommit: true })).toThrow(TypeError)
})

async function committed(group: string): Promise<readonly number[]> {
  return (await client.offsets.read(group, { topic: 't' })).map(({ offset }) => offset)
}

async function rest(group: string, options: ConsumerOptions = {}): Promise<readonly number[]> {
  return (await consumeAll(client, 't', { group, ...options })).map(({ offset }) => offset)
}

async function nextOffset(consumer: ReturnType<Client['consumer']>): Promise<number | undefined> {
  return consumer.positions().get(0)
}
