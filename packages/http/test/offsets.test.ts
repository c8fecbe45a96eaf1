import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createTopic, produce } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
  await createTopic(serving, 't', 2)
  const records = Array.from({ length: 20 }, (_, value) => ({
    partition: value % 2,
    value,
    timestamp: 1_700_000_000_000 + value * 1000,
  }))
  await produce(serving, 't', records)
})
afterAll(() => serving[Symbol.asyncDispose]())

function commit(group: string, offsets: readonly object[], more: object = {}) {
  return call(serving, `/v1/groups/${group}/offsets`, { body: { offsets, ...more } })
}

async function committed(group: string) {
  const { json } = await call(serving, `/v1/groups/${group}/offsets`)
  return json.offsets
}

describe('a commit', () => {
  test('is on disk, and read back with the lag', async () => {
    const answer = await commit('reader', [
      { topic: 't', partition: 0, offset: 4, metadata: 'host-7' },
      { topic: 't', partition: 1, offset: 10 },
    ])
    expect(answer).toMatchObject({ status: 200, json: { durability: 'fsync' } })
    const [first, second] = await committed('reader')
    expect(first).toMatchObject({
      topic: 't',
      partition: 0,
      offset: 4,
      metadata: 'host-7',
      highWatermark: 10,
      logStartOffset: 0,
      lag: 6,
    })
    expect(first.lagMs).toBeGreaterThan(0)
    expect(second).toMatchObject({ offset: 10, lag: 0, lagMs: 0 })
    expect((await call(serving, '/v1/groups/reader')).json).toMatchObject({
      group: 'reader',
      state: 'Empty',
      members: [],
      lag: 6,
    })
  })

  test('may go back', async () => {
    await commit('back', [{ topic: 't', partition: 0, offset: 9 }])
    await commit('back', [{ topic: 't', partition: 0, offset: 2 }])
    expect(await committed('back')).toMatchObject([{ offset: 2 }])
  })

  test('is all or nothing: one offset beyond the end refuses the list', async () => {
    const answer = await commit('all', [
      { topic: 't', partition: 0, offset: 1 },
      { topic: 't', partition: 1, offset: 11 },
    ])
    expect(answer).toMatchObject({
      status: 416,
      json: { code: 'OFFSET_OUT_OF_RANGE', logEndOffset: 10 },
    })
    expect(await committed('all')).toEqual([])
    expect(await commit('all', [{ topic: 'none', partition: 0, offset: 0 }])).toMatchObject({
      status: 404,
    })
  })

  test.each([
    [{ offsets: [] }, '/offsets'],
    [{ offsets: [{ topic: 't', partition: 0 }] }, '/offsets/0/offset'],
    [{ offsets: [{ topic: 't', partition: 0, offset: -1 }] }, '/offsets/0/offset'],
    [{ offsets: [{ topic: 't', partition: 0, offset: 1.5 }] }, '/offsets/0/offset'],
    [{ offsets: [{ topic: 't', partition: 0, offset: '1' }] }, '/offsets/0/offset'],
    [{ offsets: [{ topic: 't', partition: 0, offset: 2 ** 53 }] }, '/offsets/0/offset'],
    [{ offsets: [{ topic: '../t', partition: 0, offset: 1 }] }, '/offsets/0/topic'],
    [{ offset: [] }, '/offset'],
  ])('of %j is refused, naming the place', async (body, path) => {
    const answer = await call(serving, '/v1/groups/wrong/offsets', { body })
    expect(answer).toMatchObject({ status: 400, json: { code: 'INVALID_REQUEST' } })
    expect(answer.json.errors).toContainEqual(expect.objectContaining({ path }))
  })

  test('with half a member is refused', async () => {
    const answer = await commit('half', [{ topic: 't', partition: 0, offset: 1 }], {
      memberId: 'm',
    })
    expect(answer).toMatchObject({ status: 400 })
  })
})

describe('a reset', () => {
  const reset = (group: string, body: object) =>
    call(serving, `/v1/groups/${group}/offsets/reset`, { body: { topic: 't', ...body } })

  test('with dryRun says what would move, and moves nothing', async () => {
    await commit('dry', [{ topic: 't', partition: 0, offset: 7 }])
    const dry = await reset('dry', { to: 'earliest', dryRun: true })
    expect(dry).toMatchObject({
      status: 200,
      json: {
        offsets: [
          { topic: 't', partition: 0, from: 7, to: 0 },
          { topic: 't', partition: 1, from: null, to: 0 },
        ],
      },
    })
    expect(await committed('dry')).toMatchObject([{ offset: 7 }])
    expect((await reset('dry', { to: 'earliest' })).json).toEqual(dry.json)
    expect(await committed('dry')).toMatchObject([{ offset: 0 }, { offset: 0 }])
  })

  test.each([
    ['latest', [10, 10]],
    [{ offset: 5 }, [5, 5]],
    [{ shift: -3 }, [5, 5]],
    [{ shift: 100 }, [10, 10]],
    [{ timestamp: 1_700_000_010_000 }, [5, 5]],
    [{ timestamp: '2023-11-14T22:13:30Z' }, [5, 5]],
    [{ committedAt: '2100-01-01T00:00:00Z' }, [8, 8]],
  ])('to %j', async (to, offsets) => {
    const group = `to-${JSON.stringify(to).replaceAll(/[^a-z0-9]/g, '-')}`
    await commit(
      group,
      [0, 1].map((partition) => ({ topic: 't', partition, offset: 8 })),
    )
    const moved = await reset(group, { to })
    expect(moved.json.offsets).toMatchObject(offsets.map((offset) => ({ from: 8, to: offset })))
    expect(await committed(group)).toMatchObject(offsets.map((offset) => ({ offset })))
  })

  test('of some partitions leaves the others', async () => {
    await commit(
      'one',
      [0, 1].map((partition) => ({ topic: 't', partition, offset: 8 })),
    )
    await reset('one', { to: 'earliest', partitions: [1] })
    expect(await committed('one')).toMatchObject([{ offset: 8 }, { offset: 0 }])
  })

  test('to what there is not is refused', async () => {
    expect(await reset('one', { to: 'middle' })).toMatchObject({
      status: 400,
      json: { errors: [{ path: '/to' }] },
    })
    expect(await reset('one', { to: { offset: 5, shift: 1 } })).toMatchObject({ status: 400 })
    expect(await reset('one', { to: { committedAt: 'yesterday' } })).toMatchObject({ status: 400 })
    expect(await reset('one', { topic: 'none', to: 'earliest' })).toMatchObject({ status: 404 })
  })
})

describe('what was committed', () => {
  test('is told newest first, in pages', async () => {
    for (const offset of [1, 2, 3]) await commit('history', [{ topic: 't', partition: 0, offset }])
    const first = await call(serving, '/v1/groups/history/offsets/history?limit=2')
    expect(first.json.commits).toMatchObject([{ offset: 3, by: null }, { offset: 2 }])
    const next = encodeURIComponent(first.json.next)
    const second = await call(serving, `/v1/groups/history/offsets/history?limit=2&after=${next}`)
    expect(second.json.commits).toMatchObject([{ offset: 1 }])
    expect(second.json).not.toHaveProperty('next')
  })

  test('is deleted by topic, and with the group', async () => {
    await createTopic(serving, 'u')
    await commit('deleted', [
      { topic: 't', partition: 0, offset: 1 },
      { topic: 'u', partition: 0, offset: 0 },
    ])
    expect(
      (await call(serving, '/v1/groups/deleted/offsets?topic=t', { method: 'DELETE' })).status,
    ).toBe(204)
    expect(await committed('deleted')).toMatchObject([{ topic: 'u' }])
    expect((await call(serving, '/v1/groups/deleted', { method: 'DELETE' })).status).toBe(204)
    expect(await call(serving, '/v1/groups/deleted')).toMatchObject({
      status: 404,
      json: { code: 'UNKNOWN_GROUP' },
    })
  })
})

test('groups are listed by name, in pages', async () => {
  for (const group of ['zz-1', 'zz-2'])
    await commit(group, [{ topic: 't', partition: 0, offset: 1 }])
  const first = await call(serving, '/v1/groups?after=zz-&limit=1')
  expect(first.json).toEqual({ groups: [{ group: 'zz-1', state: 'Empty' }], next: 'zz-1' })
  const second = await call(serving, '/v1/groups?after=zz-1')
  expect(second.json.groups).toEqual([{ group: 'zz-2', state: 'Empty' }])
})

test('a group never heard of is 404, its offsets an empty list', async () => {
  expect(await call(serving, '/v1/groups/never')).toMatchObject({
    status: 404,
    json: { code: 'UNKNOWN_GROUP' },
  })
  expect(await committed('never')).toEqual([])
  expect(await call(serving, '/v1/groups/a%20b')).toMatchObject({
    status: 400,
    json: { code: 'INVALID_TOPIC' },
  })
})
