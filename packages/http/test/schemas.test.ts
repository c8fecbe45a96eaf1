import { describe, expect, test } from 'vitest'
import { call, createTopic, produce } from './calling.ts'
import { eventsOf, partsOf, take } from './event-lines.ts'
import { serve, type Serving, type ServingOptions } from './serving.ts'

const V1 = [{ name: 'total', type: 'long' }]
const V2 = [...V1, { name: 'note', type: ['null', 'string'], default: null }]

async function serveOrders(onMisfit: string, options: ServingOptions = {}): Promise<Serving> {
  const serving = await serve(options)
  await register(serving, V1)
  await createTopic(serving, 'dead')
  const deadLetter = onMisfit === 'dead-letter' ? { deadLetterTopic: 'dead' } : {}
  const valueSchema = { subject: 'orders-value', onMisfit, ...deadLetter }
  const made = await call(serving, '/v1/topics/orders', {
    method: 'PUT',
    body: { config: { valueSchema } },
  })
  expect(made.status).toBe(201)
  expect(made.json.config).toMatchObject({ keySchema: null, valueSchema })
  return serving
}

async function register(serving: Serving, fields: readonly object[]): Promise<void> {
  const schema = JSON.stringify({ type: 'record', name: 'Order', fields })
  await serving.broker.schemas.register('orders-value', { schema, references: [] })
}

async function recordsOf(serving: Serving, query = '', topic = 'orders') {
  const { json } = await call(serving, `/v1/topics/${topic}/partitions/0/records${query}`)
  return json.records as readonly Record<string, unknown>[]
}

describe('a topic with a schema', () => {
  test('takes plain JSON, stores Avro, and shows plain JSON', async () => {
    await using serving = await serveOrders('reject')
    await produce(serving, 'orders', [{ key: 'a', value: { total: 9007199254740993n.toString() } }])
      .then(() => expect.unreachable())
      .catch((error: Error) => expect(error.message).toContain('/records/0/value/total'))
    const sent = await call(serving, '/v1/topics/orders/records', {
      headers: { 'Content-Type': 'application/json' },
      body: '{"value":{"total":9007199254740993}}',
    })
    expect(sent.status).toBe(200)
    const shown = await call(serving, '/v1/topics/orders/partitions/0/records')
    expect(shown.text).toContain('"value":{"total":9007199254740993}')
    expect(await recordsOf(serving, '?format=base64')).toMatchObject([
      { valueBase64: 'AAAAAAGCgICAgICAIA==' },
    ])
  })

  test('what was fetched can be produced again', async () => {
    await using serving = await serveOrders('reject')
    await produce(serving, 'orders', [{ value: { total: 3 } }, { value: null }])
    const shown = await recordsOf(serving)
    await produce(serving, 'orders', shown)
    const [first, , third] = await recordsOf(serving, '?format=base64')
    expect(third).toMatchObject({ valueBase64: first!['valueBase64'] })
  })

  test('rejects what does not fit, with its path', async () => {
    await using serving = await serveOrders('reject')
    const list = await call(serving, '/v1/topics/orders/records', {
      body: { records: [{ value: { total: 1 } }, { value: { total: 1.5 } }] },
    })
    expect(list).toMatchObject({
      status: 400,
      json: { code: 'INVALID_RECORD', appended: false, index: 1 },
    })
    expect(list.json.errors).toMatchObject([{ path: '/records/1/value/total' }])
    expect(list.json.detail).toContain('Record 1, /value/total: ')
    const bare = await call(serving, '/v1/topics/orders/records', { body: { value: {} } })
    expect(bare.json.detail).toMatch(/^The record, \/value/)
    expect(bare.json.errors).toMatchObject([{ path: expect.stringMatching(/^\/value/) }])
    const text = await call(serving, '/v1/topics/orders/records', {
      headers: { 'Content-Type': 'text/plain' },
      body: '{"total":1}',
    })
    expect(text).toMatchObject({ status: 400, json: { code: 'INVALID_RECORD' } })
    const lines = await call(serving, '/v1/topics/orders/records', {
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: '{"value":{"total":1}}\n\n{"value":{"total":"x"}}\n',
    })
    expect(lines).toMatchObject({ status: 400, json: { line: 3, nextLine: 1, appended: false } })
    expect(lines.json.errors).toMatchObject([{ path: '/value/total' }])
    expect(await recordsOf(serving)).toEqual([])
  })

  test('sends what does not fit to the dead-letter topic', async () => {
    await using serving = await serveOrders('dead-letter')
    const body = { records: [{ value: { total: 1 } }, { key: 'k', value: { total: 'x' } }] }
    const answer = await call(serving, '/v1/topics/orders/records', { body })
    expect(answer.json.records).toEqual([
      { partition: 0, offset: 0 },
      {
        deadLetter: { topic: 'dead', partition: 0, offset: 0 },
        reason: expect.stringContaining('/value/total: '),
      },
    ])
    const lines = await call(serving, '/v1/topics/orders/records', {
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: '{"value":{"total":1}}\n{"value":7}\n{"value":{"total":2}}\n',
    })
    expect(lines.json).toEqual({
      ranges: [{ partition: 0, baseOffset: 1, lastOffset: 2 }],
      deadLetters: [{ topic: 'dead', records: 1 }],
      durability: 'fsync',
    })
    expect(await recordsOf(serving, '', 'dead')).toMatchObject([
      { key: 'k', value: { total: 'x' } },
      { key: null, value: 7 },
    ])
  })

  test('is told of when the subject has no version', async () => {
    await using serving = await serveOrders('reject')
    const valueSchema = { subject: 'nobody', onMisfit: 'reject' }
    await call(serving, '/v1/topics/empty', { method: 'PUT', body: { config: { valueSchema } } })
    const answer = await call(serving, '/v1/topics/empty/records', { body: { value: 1 } })
    expect(answer).toMatchObject({ status: 404, json: { code: 'UNKNOWN_SCHEMA' } })
    expect(answer.json.detail).toContain('POST /registry/subjects/nobody/versions')
  })
})

describe('a schema that is asked for', () => {
  test('encodes, also in a topic that has none', async () => {
    await using serving = await serveOrders('reject')
    await register(serving, V2)
    const write = (query: string, value: unknown) =>
      call(serving, `/v1/topics/dead/records${query}`, { body: { value } })
    expect((await write('?schema=orders-value@1', { total: 1 })).status).toBe(200)
    expect((await write('?schema=orders-value', { total: 1, note: 'n' })).status).toBe(200)
    expect((await write('?schema=orders-value@1', { total: 1, note: 'n' })).status).toBe(400)
    expect((await write('?schema=orders-value@9', {})).status).toBe(404)
    expect((await write('?schema=orders-value@0', {})).status).toBe(400)
    const shown = await recordsOf(serving, '?schema=orders-value@2', 'dead')
    expect(shown.map(({ value }) => value)).toEqual([
      { total: 1, note: null },
      { total: 1, note: 'n' },
    ])
  })

  test('shows all of the history, and an error where it cannot', async () => {
    await using serving = await serveOrders('off')
    await produce(serving, 'orders', [{ value: { total: 1 } }, { value: 'no datum' }])
    await register(serving, V2)
    await produce(serving, 'orders', [{ value: { total: 2, note: 'n' } }, { value: null }])
    const shown = await recordsOf(serving, '?schema=orders-value@2')
    expect(shown.map(({ value }) => value)).toEqual([
      { total: 1, note: null },
      undefined,
      { total: 2, note: 'n' },
      null,
    ])
    expect(shown[1]).toMatchObject({
      offset: 1,
      error: { code: 'UNRESOLVABLE', path: '/value' },
      valueBase64: Buffer.from('"no datum"').toString('base64'),
    })
    const stream = await call(serving, '/v1/topics/orders/records?schema=orders-value@1')
    const values = stream.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).value)
    expect(values).toEqual([{ total: 1 }, undefined, { total: 2 }, null])
    const unknown = await call(serving, '/v1/topics/orders/records?schema=nobody')
    expect(unknown).toMatchObject({ status: 404, json: { code: 'UNKNOWN_SCHEMA' } })
  })

  test('is told of where it cannot read the key', async () => {
    await using serving = await serveOrders('reject')
    await serving.broker.schemas.register('k', { schema: '"int"', references: [] })
    await produce(serving, 'orders', [
      { key: 'a', value: { total: 1 } },
      { key: 'b', value: null },
    ])
    const keyBase64 = (text: string) => Buffer.from(text).toString('base64')
    const error = { code: 'UNRESOLVABLE', path: '/key' }
    expect(await recordsOf(serving, '?keySchema=k')).toMatchObject([
      { error, keyBase64: keyBase64('a'), value: { total: 1 } },
      { error, keyBase64: keyBase64('b'), value: null },
    ])
  })

  test('is for JSON: with another format it is refused', async () => {
    await using serving = await serveOrders('reject')
    for (const path of ['partitions/0/records', 'records']) {
      const query = '?schema=orders-value@1&format=base64'
      expect(await call(serving, `/v1/topics/orders/${path}${query}`)).toMatchObject({
        status: 400,
        json: { code: 'INVALID_REQUEST', errors: [{ path: 'schema' }] },
      })
    }
  })

  test('is part of what an idempotency key stands for', async () => {
    await using serving = await serveOrders('reject')
    await register(serving, V2)
    const write = (query: string) =>
      call(serving, `/v1/topics/orders/records${query}`, {
        body: { value: { total: 1 } },
        headers: { 'Idempotency-Key': 'k' },
      })
    expect((await write('?schema=orders-value@1')).status).toBe(200)
    expect((await write('?schema=orders-value@1')).json.duplicate).toBe(true)
    expect((await write('?schema=orders-value@2')).status).toBe(422)
  })
})

test('keys that have a schema are any JSON, and can be filtered by', async () => {
  await using serving = await serve()
  const fields = [{ name: 'id', type: 'int' }]
  const schema = JSON.stringify({ type: 'record', name: 'Key', fields })
  await serving.broker.schemas.register('k', { schema, references: [] })
  const keySchema = { subject: 'k', onMisfit: 'reject' }
  await call(serving, '/v1/topics/t', { method: 'PUT', body: { config: { keySchema } } })
  await produce(serving, 't', [
    { key: { id: 1 }, value: 'a' },
    { key: { id: 2 }, value: 'b' },
    { key: null, value: 'c' },
  ])
  expect((await recordsOf(serving, '', 't')).map(({ key }) => key)).toEqual([
    { id: 1 },
    { id: 2 },
    null,
  ])
  const query = `?key=${encodeURIComponent('{"id":2}')}`
  expect((await recordsOf(serving, query, 't')).map(({ value }) => value)).toEqual(['b'])
  const bytes = await recordsOf(serving, `${query}&format=base64`, 't')
  expect(bytes).toMatchObject([{ offset: 1, valueBase64: Buffer.from('"b"').toString('base64') }])
  await createTopic(serving, 'plain')
  const plain = await call(serving, '/v1/topics/plain/records', { body: { key: 1, value: 1 } })
  expect(plain).toMatchObject({ status: 400, json: { code: 'INVALID_RECORD' } })
})

test('who reads on sees a record by the schemas that the topic has by then, and by the one that was asked for', async () => {
  await using serving = await serve()
  for (const subject of ['s', 'k']) {
    await serving.broker.schemas.register(subject, { schema: '"string"', references: [] })
  }
  await createTopic(serving, 't')
  const open = (type: string, query = '') =>
    fetch(`${serving.url}/v1/topics/t/records?follow=true${query}`, { headers: { Accept: type } })
  const events = eventsOf(await open('text/event-stream'))
  const lines = partsOf(await open('application/x-ndjson'), '\n')
  const keyed = partsOf(await open('application/x-ndjson', '&key=user-1'), '\n')
  const chosen = partsOf(await open('application/x-ndjson', '&schema=s@1'), '\n')
  const polled = recordsOf(serving, '?waitMs=60000&key=user-1', 't')
  await expect.poll(() => serving.broker.metrics().fetch.waiting).toBe(5)
  const setting = (subject: string) => ({ subject, onMisfit: 'reject' })
  const config = { valueSchema: setting('s'), keySchema: setting('k') }
  const changed = await call(serving, '/v1/topics/t', { method: 'PATCH', body: { config } })
  expect(changed.status).toBe(200)
  await produce(serving, 't', [{ key: 'user-1', value: 'hello' }])
  const shown = { key: 'user-1', value: 'hello' }
  expect(await polled).toMatchObject([shown])
  expect(JSON.parse((await take(events, 1))[0]!.data!)).toMatchObject(shown)
  expect(JSON.parse((await take(lines, 1))[0]!)).toMatchObject(shown)
  expect(JSON.parse((await take(keyed, 1))[0]!)).toMatchObject(shown)
  const none = { config: { valueSchema: null, keySchema: null } }
  await call(serving, '/v1/topics/t', { method: 'PATCH', body: none })
  await produce(serving, 't', [{ key: 'user-1', value: 'plain' }])
  expect(JSON.parse((await take(lines, 1))[0]!)).toMatchObject({ value: 'plain' })
  const [, unresolvable] = (await take(chosen, 2)).map((line) => JSON.parse(line))
  expect(unresolvable).toMatchObject({ error: { code: 'UNRESOLVABLE', path: '/value' } })
})

test('members of groups and consumers of share groups see plain JSON, too', async () => {
  await using serving = await serveOrders('reject')
  await produce(serving, 'orders', [{ value: { total: 1 } }])
  const poll = await call(serving, '/v1/groups/g/poll', { body: { topics: ['orders'] } })
  expect(poll.json.records).toMatchObject([{ value: { total: 1 } }])
  await call(serving, '/v1/share-groups/s', { method: 'PUT', body: { topics: ['orders'] } })
  const acquired = await call(serving, '/v1/share-groups/s/acquire', { body: { consumer: 'w' } })
  expect(acquired.json.records).toMatchObject([{ value: { total: 1 } }])
})

test('lines that stop after dead letters say that these are appended, and where to go on', async () => {
  await using serving = await serveOrders('dead-letter')
  const answer = await call(serving, '/v1/topics/orders/records', {
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: `${'{"value":{}}\n'.repeat(1000)}nonsense\n`,
  })
  expect(answer.json).toMatchObject({
    appended: 'partial',
    detail: expect.stringContaining('Go on with line 1001; those before it are appended.'),
    nextLine: 1001,
    ranges: [],
    deadLetters: [{ topic: 'dead', records: 1000 }],
  })
  expect(await recordsOf(serving, '?last=1', 'dead')).toMatchObject([{ offset: 999 }])
})

test('a setting that lacks something says what, not that it could be null', async () => {
  await using serving = await serve()
  const detailOf = async (valueSchema: unknown) => {
    const body = { config: { valueSchema } }
    const { json } = await call(serving, '/v1/topics/orders', { method: 'PUT', body })
    return json.detail
  }
  const place = '/config/valueSchema'
  expect(await detailOf({ subject: 's' })).toBe(`${place}/onMisfit: this field is missing.`)
  expect(await detailOf({ subject: 's', onMisfit: 'off', x: 1 })).toBe(
    `${place}/x: there is no such field.`,
  )
  expect(await detailOf({ subject: 's', onMisfit: 'drop' })).toMatch(
    `${place}/onMisfit: must be one of ["reject","dead-letter","off"]`,
  )
  expect(await detailOf({ subject: 7, onMisfit: 'off' })).toBe(
    `${place}/subject: must be a string.`,
  )
  expect(await detailOf('s')).toBe(`${place}: must be object or null.`)
})
