import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, callExactly, createTopic, produce } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
})
afterAll(() => serving[Symbol.asyncDispose]())

describe('a topic', () => {
  test('is created with 201, and is 200 again when it is as asked', async () => {
    const wanted = { partitions: 3, config: { retentionMs: 60_000 } }
    const created = await call(serving, '/v1/topics/made', { method: 'PUT', body: wanted })
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({
      name: 'made',
      internal: false,
      config: { retentionMs: 60_000 },
    })
    expect(created.json.partitions).toHaveLength(3)
    expect(created.json.partitions[0]).toMatchObject({
      partition: 0,
      logStartOffset: 0,
      highWatermark: 0,
      logEndOffset: 0,
    })
    expect(await call(serving, '/v1/topics/made', { method: 'PUT', body: wanted })).toMatchObject({
      status: 200,
      json: { id: created.json.id },
    })
  })

  test('is 409 TOPIC_EXISTS when it is otherwise', async () => {
    await createTopic(serving, 'otherwise', 2)
    const again = await call(serving, '/v1/topics/otherwise', {
      method: 'PUT',
      body: { partitions: 3 },
    })
    expect(again).toMatchObject({ status: 409, json: { code: 'TOPIC_EXISTS', appended: false } })
  })

  test('is created by a PUT without a body, with the defaults', async () => {
    const created = await call(serving, '/v1/topics/bare', { method: 'PUT' })
    expect(created.status).toBe(201)
    expect(created.json.partitions).toHaveLength(1)
  })

  test('grows with a warning, and never shrinks', async () => {
    await createTopic(serving, 'growing', 2)
    const grown = await call(serving, '/v1/topics/growing', {
      method: 'PATCH',
      body: { partitions: 4 },
    })
    expect(grown).toMatchObject({
      status: 200,
      json: { warnings: [expect.stringContaining('key')] },
    })
    const shrunk = await call(serving, '/v1/topics/growing', {
      method: 'PATCH',
      body: { partitions: 1 },
    })
    expect(shrunk).toMatchObject({ status: 409, json: { code: 'PARTITIONS_CANNOT_SHRINK' } })
  })

  test('is configured anew, and back to the default with null', async () => {
    await createTopic(serving, 'configured')
    const alter = (config: object) =>
      call(serving, '/v1/topics/configured', { method: 'PATCH', body: { config } })
    const { json: before } = await call(serving, '/v1/topics/configured')
    expect((await alter({ retentionMs: 5000 })).json.config.retentionMs).toBe(5000)
    expect((await alter({ retentionMs: null })).json.config).toEqual(before.config)
  })

  test('is gone once deleted, and another when it is made again', async () => {
    await createTopic(serving, 'short-lived')
    const { json: first } = await call(serving, '/v1/topics/short-lived')
    const deleted = await call(serving, '/v1/topics/short-lived', { method: 'DELETE' })
    expect(deleted).toMatchObject({ status: 204, text: '' })
    expect(await call(serving, '/v1/topics/short-lived')).toMatchObject({
      status: 404,
      json: { code: 'UNKNOWN_TOPIC_OR_PARTITION', retriable: false },
    })
    await expect
      .poll(() =>
        call(serving, '/v1/topics/short-lived', { method: 'PUT' }).then(({ status }) => status),
      )
      .toBe(201)
    const { json: second } = await call(serving, '/v1/topics/short-lived')
    expect(second.id).not.toBe(first.id)
  })

  test('is trimmed: what is before the offset is gone', async () => {
    await createTopic(serving, 'trimmed')
    await produce(serving, 'trimmed', [{ value: 1 }, { value: 2 }, { value: 3 }])
    const trim = (beforeOffset: number) =>
      call(serving, '/v1/topics/trimmed/partitions/0/trim', { body: { beforeOffset } })
    expect(await trim(2)).toMatchObject({ status: 200, json: { logStartOffset: 2 } })
    expect(await call(serving, '/v1/topics/trimmed/partitions/0/records?offset=0')).toMatchObject({
      status: 416,
      json: { code: 'OFFSET_OUT_OF_RANGE', logStartOffset: 2, highWatermark: 3 },
    })
    expect(await trim(99)).toMatchObject({ status: 416 })
  })
})

test('topics are listed by name, in pages, by prefix', async () => {
  for (const name of ['page-a', 'page-b', 'page-c']) await createTopic(serving, name)
  const first = await call(serving, '/v1/topics?prefix=page-&limit=2')
  expect(first.json.topics).toMatchObject([{ name: 'page-a' }, { name: 'page-b' }])
  expect(first.json.next).toBe('page-b')
  const second = await call(serving, '/v1/topics?prefix=page-&limit=2&after=page-b')
  expect(second.json.topics).toHaveLength(1)
  expect(second.json).not.toHaveProperty('next')
})

describe('a name or a body that is not allowed', () => {
  test.each([
    '..%2f..%2fetc',
    'a%00b',
    'a%20b',
    '%2e%2e',
    '%2e',
    'x'.repeat(250),
    'a%0ab',
    '%c3%a9',
  ])('the topic %j is INVALID_TOPIC, before anything else', async (name) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await callExactly(serving, method, `/v1/topics/${name}`)
      expect(answer, method).toMatchObject({ status: 400, json: { code: 'INVALID_TOPIC' } })
      expect(answer.json.errors, 'is told once').toHaveLength(1)
    }
  })

  test('names of Millrace are read and not written', async () => {
    expect(await call(serving, '/v1/topics/__topics')).toMatchObject({
      status: 200,
      json: { internal: true },
    })
    for (const [path, options] of [
      ['/v1/topics/__mine', { method: 'PUT' }],
      ['/v1/topics/__topics', { method: 'DELETE' }],
      ['/v1/topics/__topics/records', { body: { value: 1 } }],
    ] as const) {
      expect(await call(serving, path, options), path).toMatchObject({
        status: 400,
        json: { code: 'INVALID_TOPIC' },
      })
    }
  })

  test.each([
    [{ partitions: '6' }, '/partitions', 'must be an integer'],
    [{ partitions: 0 }, '/partitions', 'must be >= 1'],
    [{ partition: 1 }, '/partition', 'there is no such field'],
    [{ config: { retention: 1 } }, '/config/retention', 'there is no such field'],
    [{ config: { retentionMs: 'x' } }, '/config/retentionMs', 'integer or null'],
    [[], '', 'must be an object'],
  ])('%j names what is wrong', async (body, path, message) => {
    const answer = await call(serving, '/v1/topics/wrong', { method: 'PUT', body })
    expect(answer).toMatchObject({
      status: 400,
      json: {
        code: 'INVALID_REQUEST',
        errors: [{ path, message: expect.stringContaining(message) }],
      },
    })
    expect(await call(serving, '/v1/topics/wrong')).toMatchObject({ status: 404 })
  })

  test('an empty change is refused', async () => {
    await createTopic(serving, 'unchanged')
    expect(
      await call(serving, '/v1/topics/unchanged', { method: 'PATCH', body: {} }),
    ).toMatchObject({ status: 400 })
  })
})
