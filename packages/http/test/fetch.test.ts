import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, callExactly, createTopic, produce } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
  await createTopic(serving, 'numbers', 2)
  for (let batch = 0; batch < 4; batch++) {
    await produce(
      serving,
      'numbers',
      Array.from({ length: 25 }, (_, index) => ({
        partition: 0,
        key: index % 2 === 0 ? 'even' : 'odd',
        value: batch * 25 + index,
        timestamp: 1_700_000_000_000 + batch * 1000,
        headers: { batch: `${batch}` },
      })),
    )
  }
})
afterAll(() => serving[Symbol.asyncDispose]())

const RECORDS = '/v1/topics/numbers/partitions/0/records'

async function offsets(query: string): Promise<number[]> {
  const { status, json, text } = await call(serving, RECORDS + query)
  if (status !== 200) throw new Error(text)
  return offsetsOf(json)
}

function offsetsOf(answer: { readonly records: readonly { readonly offset: number }[] }): number[] {
  return answer.records.map(({ offset }) => offset)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

describe('a fetch begins', () => {
  test.each([
    ['', 0],
    ['?offset=earliest', 0],
    ['?offset=60', 60],
    ['?last=10', 90],
    ['?last=1000', 0],
    ['?after=0:97', 97],
    ['?after=1:0', 0],
    ['?timestamp=1700000001000', 25],
    ['?timestamp=1700000001001', 50],
    ['?timestamp=2023-11-14T22:13:22Z', 50],
    ['?timestamp=2023-11-14T23:13:22%2B01:00', 50],
    ['?timestamp=2023-11-14T23:13:22+01:00', 50],
    ['?timestamp=0', 0],
  ])('for %j at offset %i', async (query, from) => {
    expect(await offsets(query)).toEqual(range(from, 100))
  })

  test.each(['?offset=latest', '?offset=100', '?last=0', '?timestamp=2100-01-01T00:00:00Z'])(
    'for %s at the end, where an empty list is no error',
    async (query) => {
      const answer = await call(serving, RECORDS + query)
      expect(answer).toMatchObject({
        status: 200,
        json: { records: [], nextOffset: 100, logStartOffset: 0, highWatermark: 100 },
      })
    },
  )

  test('where Last-Event-ID says, which outranks offset', async () => {
    const headers = { 'Last-Event-ID': '0:98' }
    const { json } = await call(serving, `${RECORDS}?offset=3`, { headers })
    expect(offsetsOf(json)).toEqual([98, 99])
  })
})

describe('a fetch is bounded', () => {
  test('by maxRecords, and nextOffset goes on where it ended', async () => {
    const answer = await call(serving, `${RECORDS}?offset=30&maxRecords=10`)
    expect(answer.json.records).toHaveLength(10)
    expect(answer.json.nextOffset).toBe(40)
  })

  test('by maxBytes, with one whole batch at least', async () => {
    const { json } = await call(serving, `${RECORDS}?maxBytes=1`)
    expect(json.records).toHaveLength(25)
    expect(json.nextOffset).toBe(25)
  })

  test('to records at and past its offset, though the batch begins before', async () => {
    expect(await offsets('?offset=37&maxRecords=2')).toEqual([37, 38])
  })
})

describe('a filter', () => {
  test('of keys and headers leaves records out, and bounds count what is read', async () => {
    expect(await offsets('?key=odd&header.batch=3')).toEqual(
      range(75, 100).filter((o) => o % 2 === 0),
    )
    const answer = await call(serving, `${RECORDS}?key=nobody&maxRecords=40`)
    expect(answer.json).toMatchObject({ records: [], nextOffset: 40 })
    expect(await offsets(`?keyBase64=${encodeURIComponent('b2Rk')}&maxRecords=4`)).toEqual([1, 3])
  })

  test('that is unclear is refused', async () => {
    expect(await call(serving, `${RECORDS}?key=a&keyBase64=YQ%3D%3D`)).toMatchObject({
      status: 400,
    })
    expect(await call(serving, `${RECORDS}?keyBase64=a`)).toMatchObject({ status: 400 })
    expect(await call(serving, `${RECORDS}?header.=a`)).toMatchObject({ status: 400 })
  })
})

test('the format says how values, keys and headers are shown', async () => {
  const first = async (format: string) => {
    const { json } = await call(serving, `${RECORDS}?maxRecords=1&format=${format}`)
    return json.records[0]
  }
  expect(await first('json')).toMatchObject({
    key: 'even',
    value: 0,
    headers: [{ name: 'batch', value: '0' }],
  })
  expect(await first('text')).toMatchObject({ key: 'even', valueText: '0' })
  expect(await first('base64')).toMatchObject({
    keyBase64: 'ZXZlbg==',
    valueBase64: 'MA==',
    headers: [{ name: 'batch', valueBase64: 'MA==' }],
  })
})

describe('what is asked wrongly', () => {
  test.each([
    ['?offset=-1', 'offset'],
    ['?offset=1.5', 'offset'],
    ['?offset=9007199254740992', 'offset'],
    ['?offset=%201', 'offset'],
    ['?offset=0x10', 'offset'],
    ['?offset=', 'offset'],
    ['?last=-1', 'last'],
    ['?timestamp=yesterday', 'timestamp'],
    ['?timestamp=2026-11-22', 'timestamp'],
    ['?after=0', 'after'],
    ['?maxRecords=0', 'maxRecords'],
    ['?maxRecords=10001', 'maxRecords'],
    ['?maxBytes=16777217', 'maxBytes'],
    ['?waitMs=60001', 'waitMs'],
    ['?format=xml', 'format'],
    ['?ofset=1', 'ofset'],
    ['?offset=1&offset=2', 'offset'],
    ['?follow=1', 'follow'],
  ])('%s is refused by name', async (query, name) => {
    const answer = await call(serving, RECORDS + query)
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'INVALID_REQUEST', errors: [{ path: name }], appended: false },
    })
  })

  test.each([
    '?offset=1&last=2',
    '?offset=1&timestamp=5',
    '?after=0:1,0:2',
    '?after=0:9007199254740992',
    '?timestamp=2026-11-22T25:00:00Z',
  ])('%s is refused', async (query) => {
    expect(await call(serving, RECORDS + query)).toMatchObject({
      status: 400,
      json: { code: 'INVALID_REQUEST' },
    })
  })

  test('an offset that the log does not hold is 416, with what is there', async () => {
    for (const query of ['?offset=101', '?after=0:101']) {
      expect(await call(serving, RECORDS + query)).toMatchObject({
        status: 416,
        json: {
          code: 'OFFSET_OUT_OF_RANGE',
          logStartOffset: 0,
          highWatermark: 100,
          logEndOffset: 100,
        },
      })
    }
  })

  test('a partition that there is not is 404, one that is no number 400', async () => {
    for (const [partition, status] of [
      ['2', 404],
      ['99999999999', 400],
      ['-1', 400],
      ['x', 400],
      ['01', 400],
    ] as const) {
      expect(
        await call(serving, `/v1/topics/numbers/partitions/${partition}/records`),
      ).toMatchObject({ status })
    }
  })

  test('a topic that there is not is 404 on every way to it', async () => {
    for (const path of [
      '/v1/topics/none/records',
      '/v1/topics/none/partitions/0/records',
      '/v1/topics/none',
    ]) {
      expect(await call(serving, path)).toMatchObject({
        status: 404,
        json: { code: 'UNKNOWN_TOPIC_OR_PARTITION' },
      })
    }
  })

  test('an address that is none is 404, a method that is not there 405, one that is no UTF-8 400', async () => {
    expect(await call(serving, '/v1/nothing')).toMatchObject({
      status: 404,
      json: { code: 'UNKNOWN_ROUTE' },
    })
    const wrong = await call(serving, RECORDS, { method: 'DELETE' })
    expect(wrong).toMatchObject({ status: 405, json: { code: 'METHOD_NOT_ALLOWED' } })
    expect(wrong.headers.get('allow')).toBe('GET, HEAD')
    for (const address of ['/v1/topics/%ff', `${RECORDS}?key=%ff`]) {
      expect(await callExactly(serving, 'GET', address)).toMatchObject({
        status: 400,
        json: { code: 'INVALID_REQUEST' },
      })
    }
  })
})

describe('the media type', () => {
  test.each([
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html, */*;q=0.8', 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['application/json;q=0.5, application/x-ndjson', 'application/x-ndjson'],
    ['application/vnd.millrace.record-batches', 'application/vnd.millrace.record-batches'],
  ])('for Accept: %s is %s', async (accept, type) => {
    const response = await fetch(serving.url + RECORDS, { headers: { Accept: accept } })
    expect(response.headers.get('content-type')).toBe(type)
    await response.arrayBuffer()
  })

  test('that there is not is 406, with those that there are', async () => {
    const answer = await call(serving, RECORDS, { headers: { Accept: 'text/html' } })
    expect(answer).toMatchObject({ status: 406, json: { code: 'NOT_ACCEPTABLE' } })
    expect(answer.json.detail).toContain('application/x-ndjson')
    const raw = { headers: { Accept: 'application/vnd.millrace.record-batches' } }
    expect(await call(serving, '/v1/topics/numbers/records', raw)).toMatchObject({ status: 406 })
  })

  test('of raw batches takes no filter and no count of records', async () => {
    const headers = { Accept: 'application/vnd.millrace.record-batches' }
    for (const query of [
      '?key=a',
      '?header.a=b',
      '?maxRecords=1',
      '?format=text',
      '?follow=true',
    ]) {
      expect(await call(serving, RECORDS + query, { headers }), query).toMatchObject({
        status: 400,
      })
    }
  })
})

test('HEAD says where the partition is, without a body', async () => {
  const head = async (accept: string) => {
    const response = await fetch(serving.url + RECORDS, {
      method: 'HEAD',
      headers: { Accept: accept },
    })
    expect(await response.text()).toBe('')
    return response.headers
  }
  for (const accept of ['application/x-ndjson', 'application/vnd.millrace.record-batches']) {
    const headers = await head(accept)
    expect(headers.get('millrace-high-watermark')).toBe('100')
    expect(headers.get('millrace-log-start-offset')).toBe('0')
  }
  expect((await head('text/event-stream')).get('content-type')).toBe('text/event-stream')
})

describe('a fetch that waits', () => {
  test('is answered as soon as there is a record', async () => {
    await createTopic(serving, 'awaited')
    const waiting = call(serving, '/v1/topics/awaited/partitions/0/records?waitMs=60000')
    await expect.poll(() => serving.broker.metrics().fetch.waiting).toBe(1)
    await produce(serving, 'awaited', [{ value: 'here' }])
    expect((await waiting).json).toMatchObject({ records: [{ value: 'here' }], nextOffset: 1 })
  })

  test('is answered with nothing when the time is over', async () => {
    await createTopic(serving, 'in-vain')
    const answer = await call(serving, '/v1/topics/in-vain/partitions/0/records?waitMs=20')
    expect(answer).toMatchObject({ status: 200, json: { records: [], nextOffset: 0 } })
  })

  test('stops waiting when its reader goes away', async () => {
    await createTopic(serving, 'left')
    const leaving = new AbortController()
    const waiting = fetch(`${serving.url}/v1/topics/left/partitions/0/records?waitMs=60000`, {
      signal: leaving.signal,
    })
    await expect.poll(() => serving.broker.metrics().fetch.waiting).toBe(1)
    leaving.abort()
    await expect(waiting).rejects.toThrow('aborted')
    await expect.poll(() => serving.broker.metrics().fetch.waiting).toBe(0)
  })
})
