import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, createClient } from '../src/client.ts'
import { textOf } from '../src/consumed-record.ts'
import type { GroupConsumer, GroupConsumerOptions } from '../src/group-consumer.ts'
import { type RunningServer, startServer } from './running-server.ts'

let server: RunningServer
let client: Client
beforeAll(async () => {
  server = await startServer({
    'broker.groupHeartbeatIntervalMs': '100',
    'broker.groupSessionTimeoutMs': '1000',
  })
  client = createClient(server.url)
})
afterAll(async () => server[Symbol.asyncDispose]())

/** A topic of its own, with values `partition:number`. */
async function makeTopic(topic: string, partitions: number, each: number): Promise<void> {
  await client.topics.create(topic, { partitions })
  await produceInto(topic, partitions, 0, each)
}

async function produceInto(topic: string, partitions: number, from: number, to: number) {
  await using producer = client.producer(topic)
  for (let partition = 0; partition < partitions; partition++) {
    for (let number = from; number < to; number++) {
      void producer.send({ partition, value: `${partition}:${number}` })
    }
  }
}

async function take(consumer: GroupConsumer, count: number): Promise<readonly string[]> {
  const values: string[] = []
  if (count === 0) return values
  for await (const { value } of consumer) {
    values.push(textOf(value ?? new Uint8Array()))
    if (values.length === count) break
  }
  return values
}

/** The next record, without its turn ending. */
async function first(consumer: GroupConsumer): Promise<string> {
  const [value] = await take(consumer, 1)
  return value ?? ''
}

async function committed(group: string): Promise<readonly number[]> {
  return (await client.offsets.read(group)).map(({ offset }) => offset)
}

describe('a member alone', () => {
  test('reads all, each partition in order, and a closed one has committed what it processed', async () => {
    await makeTopic('all', 3, 50)
    const values: string[] = []
    {
      await using consumer = client.groupConsumer('all', ['all'], { maxRecords: 40 })
      for await (const { value } of consumer) {
        values.push(textOf(value ?? new Uint8Array()))
        if (values.length === 150) break
      }
    }
    for (const partition of [0, 1, 2]) {
      const own = values.filter((value) => value.startsWith(`${partition}:`))
      expect(own).toEqual(Array.from({ length: 50 }, (_, number) => `${partition}:${number}`))
    }
    // The last turn was left by `break`.
    expect((await committed('all')).reduce((sum, offset) => sum + offset, 0)).toBe(149)
    expect((await client.groups.describe('all')).state).toBe('Empty')
  })

  test('reads on where the one before left off', async () => {
    await makeTopic('resumed', 1, 5)
    {
      await using consumer = client.groupConsumer('resumed', ['resumed'])
      expect(await take(consumer, 3)).toEqual(['0:0', '0:1', '0:2'])
    }
    await using next = client.groupConsumer('resumed', ['resumed'])
    expect(await take(next, 3)).toEqual(['0:2', '0:3', '0:4'])
  })

  test('a loop that is left gives the same record first when it is entered again', async () => {
    await makeTopic('entered', 1, 3)
    await using consumer = client.groupConsumer('entered', ['entered'])
    expect(await first(consumer)).toBe('0:0')
    expect(await take(consumer, 2)).toEqual(['0:0', '0:1'])
    const failing = async () => {
      for await (const { value } of consumer) throw new Error(textOf(value ?? new Uint8Array()))
    }
    await expect(failing()).rejects.toThrow('0:1')
    expect(await first(consumer)).toBe('0:1')
  })

  test('commits by itself when it is told to leave that to the caller', async () => {
    await makeTopic('own', 1, 3)
    {
      await using consumer = client.groupConsumer('own', ['own'], { autoCommit: false })
      for await (const record of consumer) {
        if (record.offset === 1) await consumer.commit({ through: record })
        if (record.offset === 2) break
      }
      expect(await committed('own')).toEqual([2])
    }
    expect(await committed('own')).toEqual([2])
  })

  test('a commit covers what came with earlier polls, too', async () => {
    await makeTopic('earlier', 3, 2)
    {
      const options = { autoCommit: false, maxRecords: 1 }
      await using consumer = client.groupConsumer('earlier', ['earlier'], options)
      let count = 0
      for await (const record of consumer) {
        if (++count < 6) continue
        await consumer.commit({ through: record })
        break
      }
    }
    expect(await committed('earlier')).toEqual([2, 2, 2])
  })

  test('bytes come as they were sent', async () => {
    await client.topics.create('bytes')
    await using producer = client.producer('bytes')
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const headers = [
      { name: 'h', value: bytes },
      { name: 'n', value: null },
    ]
    await producer.send({ key: bytes, value: bytes, headers })
    await producer.send({ key: 'k', value: null })
    await using consumer = client.groupConsumer('bytes', ['bytes'])
    const found = []
    for await (const record of consumer) if (found.push(record) === 2) break
    expect(found).toMatchObject([
      { topic: 'bytes', partition: 0, offset: 0, key: bytes, value: bytes, headers },
      { offset: 1, value: null },
    ])
  })

  test('a closed one ends its loop, also while it waits', async () => {
    await makeTopic('ended', 1, 0)
    const consumer = client.groupConsumer('ended', ['ended'])
    const joined = Promise.withResolvers<void>()
    const other = client.groupConsumer('ended', ['ended'], {
      onAssignment: () => joined.resolve(),
    })
    const all = Promise.all([take(consumer, 1), take(other, 1)])
    await joined.promise
    await Promise.all([consumer.close(), other.close()])
    expect(await all).toEqual([[], []])
    expect((await client.groups.describe('ended')).members).toEqual([])
  })
})

describe('several members', () => {
  test('share the partitions; what one is told to let go of it is told before', async () => {
    await makeTopic('shared', 2, 1)
    const revoked: unknown[] = []
    await using one = client.groupConsumer('shared', ['shared'], {
      onRevoked: (partitions) => void revoked.push(partitions),
    })
    const seen = collect(one)
    await seen.until(2)
    await using two = client.groupConsumer('shared', ['shared'])
    const seenByTwo = collect(two)
    await produceInto('shared', 2, 1, 2)
    await seenByTwo.assigned([{ topic: 'shared', partitions: [1] }])
    await produceInto('shared', 2, 2, 3)
    await seen.has('0:2')
    await seenByTwo.has('1:2')
    expect(revoked).toEqual([[{ topic: 'shared', partitions: [1] }]])
    // Each record once: nobody lost one, and none came to both.
    expect([...seen.values, ...seenByTwo.values].toSorted()).toEqual([
      '0:0',
      '0:1',
      '0:2',
      '1:0',
      '1:1',
      '1:2',
    ])
  })

  test('one that works longer than a session keeps its partitions', async () => {
    await makeTopic('slow', 1, 2)
    await using slow = client.groupConsumer('slow', ['slow'])
    const turns = slow[Symbol.asyncIterator]()
    expect((await turns.next()).done).toBe(false)
    await using other = client.groupConsumer('slow', ['slow'])
    const seen = collect(other)
    // Longer than a session: the server hears of both, of one by its signs of life.
    await sessionsOf('slow', 3)
    expect((await turns.next()).value?.offset).toBe(1)
    expect(seen.values).toEqual([])
    await slow.close()
    await seen.has('0:1')
  })

  test('one that was silent for too long is told, and joins again', async () => {
    await makeTopic('lost', 1, 2)
    const lost: unknown[] = []
    await using consumer = client.groupConsumer('lost', ['lost'], {
      onLost: (partitions) => void lost.push(partitions),
    })
    expect(await first(consumer)).toBe('0:0')
    const { members } = await client.groups.describe('lost')
    await client.groups.leave('lost', members[0]?.memberId ?? '')
    expect(await take(consumer, 2)).toEqual(['0:0', '0:1'])
    await produceInto('lost', 1, 2, 3)
    expect(await take(consumer, 3)).toEqual(['0:1', '0:0', '0:1'].slice(0, 3))
    expect(lost).toEqual([[{ topic: 'lost', partitions: [0] }]])
  })

  test('what was read before the group was moved is not committed, what was read of other partitions is', async () => {
    await makeTopic('moved', 2, 3)
    {
      await using consumer = client.groupConsumer('moved', ['moved'])
      const turns = consumer[Symbol.asyncIterator]()
      for (let turn = 0; turn < 6; turn++) await turns.next()
      const to = { offset: 1 }
      await client.offsets.reset('moved', 'moved', { to, partitions: [0] })
      // Its signs of life have told it of the new epoch.
      await sessionsOf('moved', 1, 1)
      await turns.return?.()
    }
    expect(await committed('moved')).toEqual([1, 2])
  })

  test('a gap that is met by a sign of life is told with the next poll, and all gaps are told', async () => {
    await makeTopic('gaps', 3, 3)
    await using consumer = client.groupConsumer('gaps', ['gaps'], { maxBytes: 1 })
    const turns = consumer[Symbol.asyncIterator]()
    // One poll brings one batch.
    for (let turn = 0; turn < 3; turn++) await turns.next()
    await client.topics.trim('gaps', 1, 2)
    await client.topics.trim('gaps', 2, 2)
    await sessionsOf('gaps', 1, 1)
    await expect(turns.next()).rejects.toThrow(/gaps-1 begins at 2.*gaps-2 begins at 2/)
    expect((await turns.next()).value).toMatchObject({ partition: 1, offset: 2 })
  })

  test('what a callback throws comes to who asks for the next record', async () => {
    await makeTopic('thrown', 1, 2)
    await using consumer = client.groupConsumer('thrown', ['thrown'], {
      onLost: () => {
        throw new Error('lost')
      },
    })
    const turns = consumer[Symbol.asyncIterator]()
    await turns.next()
    await client.groups.leave('thrown', consumer.memberId)
    await sessionsOf('thrown', 1, 0)
    await expect(turns.next()).rejects.toThrow('lost')
    expect((await turns.next()).value).toMatchObject({ offset: 0 })
  })

  test('a topic that was deleted and made again is read from its first record', async () => {
    await makeTopic('again', 1, 2)
    await using consumer = client.groupConsumer('again', ['again'], { waitMs: 100 })
    expect(await take(consumer, 2)).toEqual(['0:0', '0:1'])
    await client.topics.delete('again')
    await makeTopic('again', 1, 1)
    expect(await take(consumer, 1)).toEqual(['0:1'])
    expect(await take(consumer, 2)).toEqual(['0:1', '0:0'])
  })

  test('a static member stays when it is closed, and who comes after it goes on', async () => {
    await makeTopic('static', 1, 3)
    const options: GroupConsumerOptions = { instanceId: 'host-7' }
    {
      await using consumer = client.groupConsumer('static', ['static'], options)
      expect(await take(consumer, 2)).toEqual(['0:0', '0:1'])
    }
    const { members } = await client.groups.describe('static')
    expect(members).toMatchObject([{ instanceId: 'host-7' }])
    await using again = client.groupConsumer('static', ['static'], options)
    expect(await first(again)).toBe('0:1')
  })
})

test('a server that starts again is nothing that a member notices', async () => {
  await makeTopic('restarted', 2, 2)
  await using consumer = client.groupConsumer('restarted', ['restarted'])
  const seen = collect(consumer)
  await seen.until(4)
  await server.restart()
  await produceInto('restarted', 2, 2, 3)
  await seen.has('0:2')
  await seen.has('1:2')
  expect(seen.values).toHaveLength(6)
})

test('records that are gone end the loop, or are told of', async () => {
  await makeTopic('gone', 1, 3)
  const skipped: unknown[] = []
  {
    await using consumer = client.groupConsumer('gone', ['gone'])
    expect(await take(consumer, 2)).toEqual(['0:0', '0:1'])
  }
  await client.topics.trim('gone', 0, 2)
  await using strict = client.groupConsumer('gone', ['gone'])
  await expect(first(strict)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
  expect(await first(strict)).toBe('0:2')
  await strict.close()
  await client.offsets.commit('gone', [{ topic: 'gone', partition: 0, offset: 0 }])
  await using lenient = client.groupConsumer('gone', ['gone'], {
    onSkip: (range) => void skipped.push(range),
  })
  expect(await first(lenient)).toBe('0:2')
  expect(skipped).toEqual([{ topic: 'gone', partition: 0, from: 0, to: 2 }])
})

/** Reads until the consumer is closed; what it waits for is looked at with each record and each change. */
function collect(consumer: GroupConsumer) {
  const values: string[] = []
  let waiting: (() => void)[] = []
  const looked = () => {
    const all = waiting
    waiting = []
    for (const look of all) look()
  }
  const reading = (async () => {
    for await (const { value } of consumer) {
      values.push(textOf(value ?? new Uint8Array()))
      looked()
    }
  })()
  reading.catch(() => undefined).finally(looked)
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) {
      await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), pause()])
    }
  }
  return {
    values,
    until: async (count: number) => until(() => values.length >= count),
    has: async (value: string) => until(() => values.includes(value)),
    assigned: async (assignment: unknown) =>
      until(() => JSON.stringify(consumer.assignment) === JSON.stringify(assignment)),
  }
}

/** Until the group has been described so often: each takes as long as a third of a session. */
async function sessionsOf(group: string, thirds: number, members = 2): Promise<void> {
  for (let third = 0; third < thirds * 2; third++) {
    await new Promise((resolve) => setTimeout(resolve, 333))
    expect((await client.groups.describe(group)).members).toHaveLength(members)
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20))
}
