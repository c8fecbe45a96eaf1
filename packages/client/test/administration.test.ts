import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, createClient } from '../src/client.ts'
import { type RunningServer, startServer } from './running-server.ts'

let server: RunningServer
let client: Client
beforeAll(async () => {
  server = await startServer()
  client = createClient(server.url)
})
afterAll(async () => server[Symbol.asyncDispose]())

test('the status says that the server is ready', async () => {
  expect(await client.status()).toMatchObject({ state: 'ready', version: '0.0.0-test' })
})

describe('topics', () => {
  test('are created, described, altered and deleted', async () => {
    const config = { retentionMs: 1_000_000 }
    expect(await client.topics.create('a', { partitions: 2, config })).toMatchObject({
      name: 'a',
      config,
      partitions: [{ partition: 0 }, { partition: 1 }],
    })
    const again = client.topics.create('a', { partitions: 3 })
    await expect(again).rejects.toMatchObject({ code: 'TOPIC_EXISTS', status: 409 })
    const altered = await client.topics.alter('a', { partitions: 3, config: { retentionMs: null } })
    expect(altered.partitions).toHaveLength(3)
    expect(altered.warnings).not.toEqual([])
    expect((await client.topics.describe('a')).config.retentionMs).toBe(604_800_000)
    await client.topics.delete('a')
    await expect(client.topics.describe('a')).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
    })
  })

  test('are listed by prefix, page after page', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `list-${String(index).padStart(2, '0')}`)
    for (const name of names) await client.topics.create(name)
    await client.topics.create('other')
    const found = await listOf(client.topics.list({ prefix: 'list-' }))
    expect(found.map(({ name }) => name)).toEqual(names)
  })

  test('are trimmed', async () => {
    await client.topics.create('trimmed')
    await using producer = client.producer('trimmed')
    await Promise.all(['a', 'b', 'c'].map(async (value) => producer.send({ value })))
    expect(await client.topics.trim('trimmed', 0, 2)).toBe(2)
  })

  test('a name that is not allowed is INVALID_TOPIC or INVALID_REQUEST, and creates nothing', async () => {
    const refusal = { status: 400, code: expect.stringMatching(/^INVALID_(TOPIC|REQUEST)$/) }
    await expect(client.topics.create('a/b')).rejects.toMatchObject(refusal)
  })
})

describe('offsets', () => {
  test('are committed, read, moved, told apart in time and deleted', async () => {
    await client.topics.create('t', { partitions: 2 })
    {
      await using producer = client.producer('t')
      for (const partition of [0, 0, 0, 1]) await producer.send({ value: 'x', partition })
    }
    const commits = [
      { topic: 't', partition: 0, offset: 2, metadata: 'host-7' },
      { topic: 't', partition: 1, offset: 1 },
    ]
    await client.offsets.commit('g', commits)
    expect(await client.offsets.read('g', { topic: 't' })).toMatchObject([
      { ...commits[0], lag: 1 },
      { ...commits[1], metadata: '', lag: 0 },
    ])
    const planned = await client.offsets.reset('g', 't', { to: { shift: -1 }, dryRun: true })
    expect(planned).toMatchObject([
      { partition: 0, from: 2, to: 1 },
      { partition: 1, from: 1, to: 0 },
    ])
    expect(await offsetsOf('g')).toEqual([2, 1])
    await client.offsets.reset('g', 't', { to: 'latest', partitions: [0] })
    expect(await offsetsOf('g')).toEqual([3, 1])
    const history = await listOf(client.offsets.history('g', { partition: 0 }))
    expect(history.map(({ offset }) => offset)).toEqual([3, 2])
    await client.offsets.delete('g', { topic: 't' })
    expect(await offsetsOf('g')).toEqual([])
  })

  test('beyond the log end are refused, all of the list', async () => {
    await client.topics.create('refused')
    const commits = [
      { topic: 'refused', partition: 0, offset: 0 },
      { topic: 'refused', partition: 0, offset: 9 },
    ]
    await expect(client.offsets.commit('r', commits)).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
    })
    expect(await offsetsOf('r')).toEqual([])
  })

  async function offsetsOf(group: string): Promise<readonly number[]> {
    return (await client.offsets.read(group)).map(({ offset }) => offset)
  }
})

test('groups are listed, described and deleted', async () => {
  await client.topics.create('grouped')
  await client.offsets.commit('members', [{ topic: 'grouped', partition: 0, offset: 0 }])
  const names = (await listOf(client.groups.list())).map(({ group }) => group)
  expect(names).toContain('members')
  expect(await client.groups.describe('members')).toMatchObject({ group: 'members', lag: 0 })
  await client.groups.delete('members')
  await expect(client.groups.describe('members')).rejects.toMatchObject({ code: 'UNKNOWN_GROUP' })
})

async function listOf<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}
