import { JSON_TYPE } from '@millrace/http-api/records'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createTopic, produce } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
  await createTopic(serving, 't', 2)
  await createTopic(serving, 'u', 1)
  const records = Array.from({ length: 6 }, (_, value) => ({ partition: value % 2, value }))
  await produce(serving, 't', records)
})
afterAll(() => serving[Symbol.asyncDispose]())

function poll(group: string, body: object) {
  return call(serving, `/v1/groups/${group}/poll`, { body })
}

async function valuesOf(group: string, body: object): Promise<readonly unknown[]> {
  const { json } = await poll(group, body)
  return (json.records as readonly { readonly value: unknown }[]).map(({ value }) => value)
}

describe('a poll', () => {
  test('joins, and answers with records, their topics, and who reads what', async () => {
    const { status, json } = await poll('whole', { topics: ['t', 'u'], memberId: 'm' })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      memberId: 'm',
      memberEpoch: 1,
      assignment: [
        { topic: 't', partitions: [0, 1] },
        { topic: 'u', partitions: [0] },
      ],
      revoked: [],
      skipped: [],
      heartbeatIntervalMs: 3_000,
    })
    expect(json.records).toHaveLength(6)
    expect(json.records[0]).toMatchObject({ topic: 't', partition: 0, offset: 0, value: 0 })
    expect(json.records[0].headers).toEqual([])
  })

  test('commits what came with its cursor, and no more than the answer had', async () => {
    const first = await poll('bounded', { topics: ['t'], maxRecords: 4 })
    expect(first.json.records).toHaveLength(4)
    expect(await valuesOf('bounded', { cursor: first.json.cursor })).toEqual([3, 5])
    const { json } = await call(serving, '/v1/groups/bounded/offsets')
    expect(json.offsets).toMatchObject([{ offset: 3 }, { offset: 1 }])
  })

  test('shows keys and values as it is told to', async () => {
    const { json } = await poll('shown', { topics: ['t'], maxRecords: 1, format: 'base64' })
    expect(json.records[0]).toMatchObject({ key: null, valueBase64: 'MA==' })
  })

  test('gives record batches as they are stored to who accepts them', async () => {
    const headers = { Accept: 'application/vnd.millrace.group-batches', 'Content-Type': JSON_TYPE }
    const ask = async (body: object) => {
      const url = `${serving.url}/v1/groups/raw/poll`
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
      expect(response.headers.get('content-type')).toBe(headers.Accept)
      const bytes = Buffer.from(await response.arrayBuffer())
      const end = 4 + bytes.readUInt32BE(0)
      return { head: JSON.parse(bytes.toString('utf8', 4, end)), batches: bytes.subarray(end) }
    }
    const { head, batches } = await ask({ topics: ['t'], maxRecords: 1 })
    expect(head).toMatchObject({
      assignment: [{ topic: 't', partitions: [0, 1] }],
      batches: [{ topic: 't', partition: 0, offset: 0, bytes: batches.length }],
    })
    const stored = await fetch(`${serving.url}/v1/topics/t/partitions/0/records?offset=0`, {
      headers: { Accept: 'application/vnd.millrace.record-batches' },
    })
    expect(batches).toEqual(Buffer.from(await stored.arrayBuffer()))
    // The cursor stands for whole batches.
    const next = await ask({ cursor: head.cursor, maxRecords: 1 })
    expect(next.head.batches).toMatchObject([{ partition: 1, offset: 0 }])
    const image = { Accept: 'image/png' }
    const refused = await call(serving, '/v1/groups/raw/poll', { body: {}, headers: image })
    expect(refused.json).toMatchObject({ status: 406, code: 'NOT_ACCEPTABLE' })
  })

  test('that waits is answered when the server stops, and its cursor is good for the next', async () => {
    await using own = await serve()
    await createTopic(own, 't')
    const joined = await call(own, '/v1/groups/g/poll', { body: { topics: ['t'] } })
    const body = { cursor: joined.json.cursor, waitMs: 60_000 }
    const waiting = call(own, '/v1/groups/g/poll', { body })
    await expect.poll(() => own.broker.metrics().fetch.waiting).toBe(1)
    await own.app.close()
    expect(await waiting).toMatchObject({ status: 200, json: { records: [], memberEpoch: 1 } })
  })

  test('that joins and whose connection is cut has not joined', async () => {
    const controller = new AbortController()
    const url = `${serving.url}/v1/groups/cut/poll`
    const body = JSON.stringify({ topics: ['t'] })
    const headers = { 'Content-Type': 'application/json' }
    const joining = fetch(url, { method: 'POST', headers, body, signal: controller.signal })
    controller.abort()
    await expect(joining).rejects.toThrow('aborted')
    // It may never have come; if it has, it is taken back.
    await expect
      .poll(async () => (await call(serving, '/v1/groups/cut')).json.members ?? [])
      .toEqual([])
  })

  test('of another group, or with a cursor that was changed, is refused', async () => {
    const { json } = await poll('sealed', { topics: ['t'] })
    const cursor: string = json.cursor
    const changed = `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`
    const refused = { status: 400, json: { code: 'INVALID_REQUEST', retriable: false } }
    expect(await poll('sealed', { cursor: changed })).toMatchObject(refused)
    expect(await poll('another', { cursor })).toMatchObject(refused)
    expect((await poll('sealed', { cursor })).status).toBe(200)
  })
})

test.each([
  [{}, 'topics'],
  [{ topics: [] }, '/topics'],
  [{ topics: ['..'] }, '/topics/0'],
  [{ topics: 't' }, '/topics'],
  [{ topics: ['t'], waitMs: 60_001 }, '/waitMs'],
  [{ topics: ['t'], maxRecords: -1 }, '/maxRecords'],
  [{ topics: ['t'], commit: 'later' }, '/commit'],
  [{ topics: ['t'], start: 5 }, '/start'],
  [{ topics: ['t'], memberId: 'a b' }, '/memberId'],
  [{ topics: ['t'], member: 'm' }, 'member'],
  [{ cursor: '' }, 'cursor'],
])('a poll that cannot be is refused, and says where: %j', async (body, where) => {
  const { status, text, json } = await poll('refused', body)
  expect(status).toBe(400)
  expect(json.code).toBe('INVALID_REQUEST')
  expect(text).toContain(where)
})

test('a member that left is not there any more, and may join again', async () => {
  const { json } = await poll('left', { topics: ['t'], memberId: 'm' })
  const leaving = () => call(serving, '/v1/groups/left/members/m', { method: 'DELETE' })
  expect((await leaving()).status).toBe(204)
  expect((await leaving()).json).toMatchObject({ status: 404, code: 'UNKNOWN_MEMBER' })
  const gone = await poll('left', { cursor: json.cursor })
  expect(gone.json).toMatchObject({ status: 404, code: 'UNKNOWN_MEMBER' })
  expect(gone.json.detail).toContain('poll with no cursor')
  expect(await valuesOf('left', { topics: ['t'] })).toHaveLength(6)
  const nowhere = await call(serving, '/v1/groups/nowhere/members/m', { method: 'DELETE' })
  expect(nowhere.json.code).toBe('UNKNOWN_GROUP')
})

test('only members commit for a group that has some, and the answer names the epoch', async () => {
  const { json } = await poll('fenced', { topics: ['t'], memberId: 'm' })
  const offsets = [{ topic: 't', partition: 0, offset: 1 }]
  const commit = (member: object) =>
    call(serving, '/v1/groups/fenced/offsets', { body: { offsets, ...member } })
  const fenced = { status: 409, code: 'FENCED_MEMBER_EPOCH', currentEpoch: 1, appended: false }
  expect((await commit({})).json).toMatchObject(fenced)
  expect((await commit({ memberId: 'm', memberEpoch: 0 })).json).toMatchObject(fenced)
  expect((await commit({ memberId: 'm', memberEpoch: 9 })).json).toMatchObject(fenced)
  expect((await commit({ memberId: 'x', memberEpoch: 1 })).json.code).toBe('UNKNOWN_MEMBER')
  expect((await commit({ memberId: 'm', memberEpoch: json.memberEpoch })).status).toBe(200)
})
