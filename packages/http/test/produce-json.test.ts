import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createTopic, fetchAll, produce, values } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
})
afterAll(() => serving[Symbol.asyncDispose]())

describe('a JSON body', () => {
  test('is appended whole, each record answered with its place, in order', async () => {
    await createTopic(serving, 'listed', 3)
    const records = Array.from({ length: 30 }, (_, value) => ({ partition: value % 3, value }))
    const answer = await produce(serving, 'listed', records)
    expect(answer.durability).toBe('fsync')
    expect(answer.records).toEqual(
      records.map(({ partition, value }) => ({ partition, offset: Math.floor(value / 3) })),
    )
    expect(await values(serving, 'listed', 1)).toEqual(
      records.filter(({ partition }) => partition === 1).map(({ value }) => value),
    )
  })

  test('may be one bare record', async () => {
    await createTopic(serving, 'bare')
    const answer = await call(serving, '/v1/topics/bare/records', { body: { value: { total: 3 } } })
    expect(answer.json).toEqual({ records: [{ partition: 0, offset: 0 }], durability: 'fsync' })
  })

  test('sends records of one key to one partition', async () => {
    await createTopic(serving, 'keyed', 6)
    const { records } = await produce(serving, 'keyed', [
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
      { key: 'a', value: 3 },
    ])
    expect(records[0].partition).toBe(records[2].partition)
  })

  test('keeps the text of a value to the digit, and gives it back as it was', async () => {
    await createTopic(serving, 'exact')
    const text = '{"n":12345678901234567890.100,"s":"\\u00e9","a":1,"a":2}'
    const headers = { 'Content-Type': 'application/json' }
    const sent = { method: 'POST', headers, body: `{ "value" : ${text} }` }
    expect((await call(serving, '/v1/topics/exact/records', sent)).status).toBe(200)
    const { text: fetched } = await call(serving, '/v1/topics/exact/partitions/0/records')
    expect(fetched).toContain(`"value":${text},`)
  })

  test('of what was fetched produces the same records again', async () => {
    await createTopic(serving, 'first')
    await createTopic(serving, 'again')
    await produce(serving, 'first', [
      { key: 'k', value: [1], headers: [{ name: 'h', valueBase64: '/w==' }] },
      { keyBase64: '/w==', valueText: 'x\n', timestamp: 1_700_000_000_000 },
      { value: null, headers: { a: 'b' } },
    ])
    const first = await fetchAll(serving, 'first')
    await produce(serving, 'again', first)
    expect(await fetchAll(serving, 'again')).toEqual(first)
  })
})

describe('a JSON body that is refused', () => {
  test('with one bad record in a thousand appends nothing, and says which', async () => {
    await createTopic(serving, 'one-bad')
    const records: object[] = Array.from({ length: 1000 }, (_, value) => ({ value }))
    records[617] = { valu: 617 }
    const answer = await call(serving, '/v1/topics/one-bad/records', { body: { records } })
    expect(answer).toMatchObject({
      status: 400,
      json: {
        code: 'INVALID_RECORD',
        index: 617,
        appended: false,
        errors: [{ path: '/records/617/valu' }],
      },
    })
    expect(await values(serving, 'one-bad')).toEqual([])
  })

  test('with a partition that does not exist appends nothing', async () => {
    await createTopic(serving, 'two-partitions', 2)
    const records = [
      { partition: 0, value: 1 },
      { partition: 2, value: 2 },
    ]
    expect(
      await call(serving, '/v1/topics/two-partitions/records', { body: { records } }),
    ).toMatchObject({
      status: 404,
      json: { code: 'UNKNOWN_TOPIC_OR_PARTITION', index: 1 },
    })
    expect(await values(serving, 'two-partitions')).toEqual([])
  })

  test('for a topic that does not exist is 404', async () => {
    const answer = await call(serving, '/v1/topics/nowhere/records', { body: { value: 1 } })
    expect(answer).toMatchObject({ status: 404, json: { code: 'UNKNOWN_TOPIC_OR_PARTITION' } })
  })

  test.each([
    ['malformed', '{"value":1', 400, 'INVALID_REQUEST'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, 'INVALID_REQUEST'],
    ['empty', '', 400, 'INVALID_REQUEST'],
    ['nested too deep', `{"value":${'['.repeat(100_000)}`, 400, 'INVALID_REQUEST'],
    [
      'a record beyond 1 MiB',
      `{"valueText":"${'x'.repeat(1024 * 1024 + 1)}"}`,
      413,
      'RECORD_TOO_LARGE',
    ],
    [
      'a body beyond 8 MiB',
      `{"valueText":"${'x'.repeat(8 * 1024 * 1024)}"}`,
      413,
      'BODY_TOO_LARGE',
    ],
  ])(
    'because it is %s appends nothing, and the server goes on',
    async (name, body, status, code) => {
      const topic = name.replaceAll(' ', '-')
      await createTopic(serving, topic)
      const headers = { 'Content-Type': 'application/json; charset=utf-8' }
      const answer = await call(serving, `/v1/topics/${topic}/records`, {
        method: 'POST',
        headers,
        body,
      })
      expect(answer).toMatchObject({ status, json: { code, appended: false } })
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(await values(serving, topic)).toEqual([])
      await produce(serving, topic, [{ value: 'still here' }])
    },
  )

  test('because of parameters that a record in JSON says itself', async () => {
    await createTopic(serving, 'parameters')
    const answer = await call(serving, '/v1/topics/parameters/records?key=a', {
      body: { value: 1 },
    })
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ path: 'key' }] } })
  })

  test.each([
    ['application/json', ''],
    ['application/x-ndjson', ''],
    ['application/vnd.millrace.record-batches', '?partition=0'],
  ])(
    'because Millrace-Header-* goes with one value, and would be lost with %s',
    async (type, query) => {
      await createTopic(serving, 'with-headers').catch(() => undefined)
      const headers = { 'Content-Type': type, 'Millrace-Header-Trace': 'a1' }
      const sent = { method: 'POST', headers, body: '{"value":1}' }
      const answer = await call(serving, `/v1/topics/with-headers/records${query}`, sent)
      expect(answer).toMatchObject({
        status: 400,
        json: { code: 'INVALID_REQUEST', errors: [{ path: 'millrace-header-trace' }] },
      })
      expect(await fetchAll(serving, 'with-headers')).toEqual([])
    },
  )

  test.each([
    ['curl -d', 'application/x-www-form-urlencoded'],
    ['a form', 'multipart/form-data; boundary=x'],
  ])('because it is what %s sends shows what to do', async (name, type) => {
    const topic = name.replaceAll(' ', '-')
    await createTopic(serving, topic)
    const sent = { method: 'POST', headers: { 'Content-Type': type }, body: '{"value":1}' }
    const answer = await call(serving, `/v1/topics/${topic}/records`, sent)
    expect(answer).toMatchObject({ status: 415, json: { code: 'UNSUPPORTED_MEDIA_TYPE' } })
    expect(answer.json.detail).toContain(
      `curl --json '{"value":1}' '${serving.url}/v1/topics/${topic}/records'`,
    )
    expect(answer.json.detail).toContain("--data-binary @file -H 'Content-Type: text/plain'")
  })

  test('because it is compressed, which is not read here', async () => {
    await createTopic(serving, 'compressed')
    const headers = { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' }
    const sent = { method: 'POST', headers, body: 'x' }
    expect(await call(serving, '/v1/topics/compressed/records', sent)).toMatchObject({
      status: 415,
    })
  })
})

describe('a retry', () => {
  test('with the same Idempotency-Key and body is answered as the first was, and appends nothing', async () => {
    await createTopic(serving, 'once', 4)
    const retry = () =>
      call(serving, '/v1/topics/once/records', {
        headers: { 'Idempotency-Key': 'order-7' },
        body: { records: [{ value: 1 }, { key: 'a', value: 2 }] },
      })
    const [first, second] = await Promise.all([retry(), retry()])
    const third = await retry()
    const answers = [first, second, third].map(({ json }) => json)
    expect(answers.filter((json) => json.duplicate === true)).toHaveLength(2)
    expect(new Set(answers.map((json) => JSON.stringify(json.records))).size).toBe(1)
    const all = await Promise.all(
      [0, 1, 2, 3].map((partition) => values(serving, 'once', partition)),
    )
    expect(new Set(all.flat())).toEqual(new Set([1, 2]))
    expect(all.flat()).toHaveLength(2)
  })

  test('with another body is 422', async () => {
    await createTopic(serving, 'reused')
    const headers = { 'Idempotency-Key': 'k' }
    await call(serving, '/v1/topics/reused/records', { headers, body: { value: 1 } })
    expect(
      await call(serving, '/v1/topics/reused/records', { headers, body: { value: 2 } }),
    ).toMatchObject({
      status: 422,
      json: { code: 'IDEMPOTENCY_KEY_REUSED', appended: false },
    })
    expect(await values(serving, 'reused')).toEqual([1])
  })

  test.each(['', 'a b', 'x'.repeat(129), 'ü'])('with the key %j is refused', async (key) => {
    const headers = { 'Idempotency-Key': Buffer.from(key).toString('latin1') }
    const answer = await call(serving, '/v1/topics/any/records', { headers, body: { value: 1 } })
    expect(answer).toMatchObject({ status: 400, json: { code: 'INVALID_REQUEST' } })
  })
})

describe('an optimistic append', () => {
  test('succeeds at the log end, and is 412 with the actual one elsewhere', async () => {
    await createTopic(serving, 'optimistic', 2)
    const append = (offset: number | string, record: object) =>
      call(serving, '/v1/topics/optimistic/records', {
        headers: { 'If-Log-End-Offset': `${offset}` },
        body: record,
      })
    expect(await append(0, { partition: 1, value: 1 })).toMatchObject({ status: 200 })
    expect(await append(0, { partition: 1, value: 2 })).toMatchObject({
      status: 412,
      json: { code: 'LOG_END_OFFSET_MISMATCH', logEndOffset: 1, appended: false },
    })
    expect(await append(1, { value: 3 })).toMatchObject({ status: 400 })
    expect(await append('-1', { partition: 1, value: 3 })).toMatchObject({ status: 400 })
    expect(await append('9007199254740992', { partition: 1, value: 3 })).toMatchObject({
      status: 400,
    })
    expect(await values(serving, 'optimistic', 1)).toEqual([1])
  })
})

test('a topic is made by the first produce where that is wanted', async () => {
  await using dev = await serve({ broker: { autoCreateTopics: true, defaultPartitions: 2 } })
  expect(await produce(dev, 'new', [{ partition: 1, value: 1 }])).toMatchObject({
    durability: 'fsync',
  })
  expect((await call(dev, '/v1/topics/new')).json.partitions).toHaveLength(2)
})
