import { expect, test } from 'vitest'
import { PartitionFeed, type FeedOptions, TURN_MS } from '../src/partition-feed.ts'
import type { FetchedChunk } from '../src/partition-fetch.ts'

const WAIT_MS = 30_000

test('chunks come in the order of their answers, those of a partition in its order', async () => {
  const { feed, fetches, answer } = startFeed({ offsets: starts(0, 10) })
  expect(fetches).toMatchObject([
    { partition: 0, offset: 0, waitMs: WAIT_MS },
    { partition: 1, offset: 10, waitMs: WAIT_MS },
  ])
  await answer(1, 2)
  await answer(0, 3)
  expect(await take(feed, 2)).toEqual(['1:10-11', '0:0-2'])
  await answer(1, 1)
  await answer(1, 1)
  expect(await take(feed, 2)).toEqual(['1:12-12', '1:13-13'])
  feed.close()
})

test('an answer without records is no chunk, and its partition goes on where it said', async () => {
  const { feed, fetches, answer } = startFeed({ offsets: starts(5) })
  await answer(0, 0, 20)
  await answer(0, 1)
  expect(await take(feed, 1)).toEqual(['0:20-20'])
  expect(fetches.at(-1)).toMatchObject({ offset: 21 })
  feed.close()
})

test('no more is fetched than may be held, and again when some was taken', async () => {
  const { feed, fetches, answer } = startFeed({ offsets: starts(0), maxBufferedBytes: 2 })
  await answer(0, 1)
  await answer(0, 1)
  expect(fetches).toHaveLength(2)
  expect(await take(feed, 1)).toEqual(['0:0-0'])
  expect(fetches).toHaveLength(3)
  feed.close()
})

test('with fewer fetches than partitions each gets its turn, and none waits long', async () => {
  const { feed, fetches, answer } = startFeed({ offsets: starts(0, 0, 0), maxFetches: 2 })
  expect(fetches.map(({ partition }) => partition)).toEqual([0, 1])
  await answer(0, 0)
  await answer(2, 0)
  expect(fetches.map(({ partition }) => partition)).toEqual([0, 1, 2, 0])
  expect(fetches.every(({ waitMs }) => waitMs === TURN_MS)).toBe(true)
  feed.close()
})

test('a failure is thrown once, after it the partition is fetched again from the same offset', async () => {
  const { feed, fetches, answer, fail } = startFeed({ offsets: starts(7) })
  fail(0, new Error('broken'))
  await expect(feed.next()).rejects.toThrow('broken')
  expect(fetches).toMatchObject([{ offset: 7 }, { offset: 7 }])
  await answer(0, 1)
  expect(await take(feed, 1)).toEqual(['0:7-7'])
  feed.close()
})

test('with ends it waits for nothing, gives what is before them, and is over', async () => {
  const ends = new Map([
    [0, 3],
    [1, 10],
    [2, 5],
  ])
  const { feed, fetches, answer } = startFeed({ offsets: starts(0, 10, 4), ends })
  expect(fetches).toMatchObject([
    { partition: 0, waitMs: 0 },
    { partition: 2, waitMs: 0 },
  ])
  await answer(0, 2)
  await answer(2, 4)
  expect(await take(feed, 2)).toEqual(['0:0-1', '2:4-4'])
  await answer(0, 1)
  expect(await take(feed, 1)).toEqual(['0:2-2'])
  expect(await feed.next()).toBeUndefined()
})

test('partitions that are added are read; those that are known are not read twice', async () => {
  const { feed, fetches, answer } = startFeed({ offsets: starts(3) })
  feed.add(starts(0, 100))
  expect(fetches).toMatchObject([
    { partition: 0, offset: 3 },
    { partition: 1, offset: 100 },
  ])
  await answer(1, 1)
  expect(await take(feed, 1)).toEqual(['1:100-100'])
  feed.close()
})

test('closing ends the fetches and the waiting', async () => {
  const { feed, fetches } = startFeed({ offsets: starts(0) })
  const next = feed.next()
  feed.close()
  expect(await next).toBeUndefined()
  expect(fetches[0]?.signal.aborted).toBe(true)
})

interface Fetch {
  readonly partition: number
  readonly offset: number
  readonly waitMs: number
  readonly signal: AbortSignal
  readonly reply: PromiseWithResolvers<FetchedChunk>
  isAnswered: boolean
}

/** A feed whose fetches are answered by hand. */
function startFeed(options: Partial<FeedOptions> & Pick<FeedOptions, 'offsets'>) {
  const fetches: Fetch[] = []
  const feed = new PartitionFeed({
    maxFetches: 10,
    maxBufferedBytes: 100,
    waitMs: WAIT_MS,
    ...options,
    fetch: async (partition, offset, waitMs, signal) => {
      const reply = Promise.withResolvers<FetchedChunk>()
      signal.addEventListener('abort', () => reply.reject(signal.reason))
      fetches.push({ partition, offset, waitMs, signal, reply, isAnswered: false })
      return reply.promise
    },
  })
  const open = (partition: number): Fetch => {
    const fetch = fetches.find((one) => one.partition === partition && !one.isAnswered)
    if (fetch === undefined) throw new Error(`Nobody fetches partition ${partition}.`)
    fetch.isAnswered = true
    return fetch
  }
  const answer = async (partition: number, recordCount: number, nextOffset?: number) => {
    await settle()
    const { offset, reply } = open(partition)
    reply.resolve({
      partition,
      records: Array.from({ length: recordCount }, (_, index) => recordAt(offset + index)),
      bytes: recordCount,
      nextOffset: nextOffset ?? offset + recordCount,
    })
    await settle()
  }
  const fail = (partition: number, reason: Error): void => open(partition).reply.reject(reason)
  return { feed, fetches, answer, fail }
}

function recordAt(offset: number): FetchedChunk['records'][number] {
  return { offset: offset as never, key: null, value: null, headers: [], timestamp: 0 }
}

function starts(...offsets: readonly number[]): ReadonlyMap<number, number> {
  return new Map(offsets.entries())
}

async function take(feed: PartitionFeed, count: number): Promise<readonly string[]> {
  const chunks: string[] = []
  while (chunks.length < count) {
    const chunk = await feed.next()
    if (chunk === undefined) throw new Error('The feed is over.')
    const { partition, records } = chunk
    chunks.push(`${partition}:${records[0]?.offset}-${records.at(-1)?.offset}`)
  }
  return chunks
}

/** Lets the promises that are already settled do what hangs on them. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}
