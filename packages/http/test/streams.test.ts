import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createTopic, produce } from './calling.ts'
import { eventsOf, partsOf, take } from './event-lines.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve({ http: { heartbeatMs: 40 } })
})
afterAll(() => serving[Symbol.asyncDispose]())

interface Line {
  readonly partition: number
  readonly offset: number
  readonly value: number
}

async function open(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(serving.url + path, { headers })
  if (response.status !== 200) throw new Error(await response.text())
  return response
}

async function lines(path: string): Promise<Line[]> {
  const { text } = await call(serving, path, { headers: { Accept: 'application/x-ndjson' } })
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}

async function fill(topic: string, partitions: number, count: number): Promise<void> {
  await createTopic(serving, topic, partitions)
  const records = Array.from({ length: count }, (_, value) => ({
    partition: value % partitions,
    value,
  }))
  await produce(serving, topic, records)
}

describe('NDJSON', () => {
  test('of a topic has every record of every partition, in order within each, and ends', async () => {
    await fill('every', 3, 3000)
    const all = await lines('/v1/topics/every/records')
    expect(all).toHaveLength(3000)
    for (const partition of [0, 1, 2]) {
      const its = all.filter((line) => line.partition === partition)
      expect(its.map(({ offset }) => offset)).toEqual(its.map((_, index) => index))
    }
    expect(new Set(all.map(({ value }) => value)).size).toBe(3000)
  })

  test('goes on from a position, and begins a partition that it lacks at its start', async () => {
    await fill('positioned', 3, 9)
    const found = await lines('/v1/topics/positioned/records?after=0:2,1:3')
    expect(
      found
        .map(({ partition, offset }) => `${partition}:${offset}`)
        .toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(['0:2', '2:0', '2:1', '2:2'])
  })

  test('of some partitions leaves the others out', async () => {
    await fill('some', 3, 9)
    expect(
      new Set(
        (await lines('/v1/topics/some/records?partitions=0,2')).map(({ partition }) => partition),
      ),
    ).toEqual(new Set([0, 2]))
    expect(await call(serving, '/v1/topics/some/records?partitions=0,7')).toMatchObject({
      status: 404,
    })
    expect(await call(serving, '/v1/topics/some/records?partitions=a')).toMatchObject({
      status: 400,
    })
  })

  test('is bounded by maxRecords and maxBytes where they are given, and by a filter', async () => {
    await fill('bounded', 1, 50)
    expect(await lines('/v1/topics/bounded/records?maxRecords=7')).toHaveLength(7)
    expect(await lines('/v1/topics/bounded/records?maxBytes=1')).toHaveLength(50)
    expect(await lines('/v1/topics/bounded/partitions/0/records?last=3')).toHaveLength(3)
    expect(await lines('/v1/topics/bounded/records?key=nobody')).toEqual([])
  })

  test('says in headers where the partition is', async () => {
    await fill('headed', 1, 5)
    const one = await open('/v1/topics/headed/records')
    expect(one.headers.get('millrace-log-start-offset')).toBe('0')
    expect(one.headers.get('millrace-high-watermark')).toBe('5')
    await one.text()
  })

  test('ends at the high watermark of its start, and with follow goes on', async () => {
    await fill('followed', 2, 2)
    const response = await open('/v1/topics/followed/records?follow=true')
    const stream = partsOf(response, '\n')
    expect(await take(stream, 2)).toHaveLength(2)
    await produce(serving, 'followed', [{ partition: 1, value: 'more' }])
    expect(JSON.parse((await take(stream, 1))[0]!)).toMatchObject({
      partition: 1,
      offset: 1,
      value: 'more',
    })
    await stream.return()
  })

  test('of more than 64 partitions is refused, of 64 of them it is not', async () => {
    await createTopic(serving, 'wide', 65)
    expect(await call(serving, '/v1/topics/wide/records')).toMatchObject({
      status: 400,
      json: { code: 'TOO_MANY_PARTITIONS' },
    })
    const list = Array.from({ length: 64 }, (_, index) => index).join(',')
    expect(await lines(`/v1/topics/wide/records?partitions=${list}`)).toEqual([])
  })

  test('that cannot go on ends with the problem as its last line, and is cut', async () => {
    await fill('cut', 2, 2)
    const response = await open('/v1/topics/cut/records?follow=true')
    const stream = partsOf(response, '\n')
    await take(stream, 2)
    await call(serving, '/v1/topics/cut', { method: 'DELETE' })
    const [last] = await take(stream, 1)
    expect(JSON.parse(last!)).toMatchObject({
      problem: { code: 'UNKNOWN_TOPIC_OR_PARTITION', position: '0:1,1:1' },
    })
    await expect(stream.next()).rejects.toThrow('terminated')
  })
})

describe('an event stream', () => {
  const EVENTS = { Accept: 'text/event-stream' }

  test('sends each record with the position after it, and what comes later as it comes', async () => {
    await fill('events', 2, 3)
    const events = eventsOf(await open('/v1/topics/events/records', EVENTS))
    const first = await take(events, 3)
    expect(first.map(({ data }) => JSON.parse(data!).value).toSorted((a, b) => a - b)).toEqual([
      0, 1, 2,
    ])
    expect(first.at(-1)?.id).toBe('0:2,1:1')
    await produce(serving, 'events', [{ partition: 1, value: 'later' }])
    for await (const { id, data } of events) {
      if (data === undefined) continue
      expect(JSON.parse(data)).toMatchObject({ partition: 1, offset: 1, value: 'later' })
      expect(id).toBe('0:2,1:2')
      break
    }
  })

  test('goes on after Last-Event-ID, which outranks the address', async () => {
    await fill('reconnected', 2, 6)
    const path = '/v1/topics/reconnected/records?offset=earliest'
    const events = eventsOf(await open(path, { ...EVENTS, 'Last-Event-ID': '0:2,1:3' }))
    const [next] = await take(events, 1)
    expect(JSON.parse(next!.data!)).toMatchObject({ partition: 0, offset: 2 })
    await events.return()
  })

  test('of one partition begins where it is told', async () => {
    await fill('tail', 1, 20)
    const events = eventsOf(await open('/v1/topics/tail/partitions/0/records?last=2', EVENTS))
    expect((await take(events, 2)).map(({ id }) => id)).toEqual(['0:19', '0:20'])
    await events.return()
  })

  test('that is quiet sends its position now and then, past what a filter dropped', async () => {
    await fill('quiet', 1, 20)
    const events = eventsOf(await open('/v1/topics/quiet/records?key=nobody', EVENTS))
    expect(await take(events, 2)).toEqual([{ id: '0:20' }, { id: '0:20' }])
    await events.return()
  })

  test('that cannot go on says so in an event of its own', async () => {
    await fill('problem', 1, 1)
    const events = eventsOf(await open('/v1/topics/problem/records', EVENTS))
    await take(events, 1)
    await call(serving, '/v1/topics/problem', { method: 'DELETE' })
    for await (const { event, data } of events) {
      if (event === undefined) continue
      expect(event).toBe('problem')
      expect(JSON.parse(data!)).toMatchObject({
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
        position: '0:1',
      })
      return
    }
    throw new Error('The stream ended without a word.')
  })

  test('stops waiting when its reader goes away', async () => {
    await fill('abandoned', 8, 8)
    const waiting = serving.broker.metrics().fetch.waiting
    const events = eventsOf(await open('/v1/topics/abandoned/records', EVENTS))
    await take(events, 8)
    await expect.poll(() => serving.broker.metrics().fetch.waiting).toBe(waiting + 8)
    await events.return()
    await expect.poll(() => serving.broker.metrics().fetch.waiting).toBe(waiting)
  })

  test('is refused as an ordinary problem while nothing is sent', async () => {
    await fill('refused', 1, 1)
    for (const [query, status] of [
      ['?offset=9', 416],
      ['?waitMs=1', 400],
      ['?last=1&offset=0', 400],
    ] as const) {
      const answer = await call(serving, `/v1/topics/refused/partitions/0/records${query}`, {
        headers: EVENTS,
      })
      expect(answer, query).toMatchObject({ status })
    }
  })
})
