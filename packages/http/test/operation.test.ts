import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { parseHttpConfig } from '../src/config.ts'
import { NO_BROKER } from '../src/no-broker.ts'
import { NO_LOGGER } from '../src/no-logger.ts'
import { answerOn, call, createTopic, produce } from './calling.ts'
import { eventsOf, partsOf, take } from './event-lines.ts'
import { serve, type Serving } from './serving.ts'

describe('a server that is up', () => {
  let serving: Serving
  beforeAll(async () => {
    serving = await serve()
  })
  afterAll(() => serving[Symbol.asyncDispose]())

  test('is alive and ready, and says how it is doing', async () => {
    expect(await call(serving, '/livez')).toMatchObject({ status: 200, json: { status: 'ok' } })
    expect(await call(serving, '/readyz')).toMatchObject({ status: 200, json: { state: 'ready' } })
    const { json } = await call(serving, '/v1/status')
    expect(json).toMatchObject({ version: '1.2.3', state: 'ready', isFull: false })
    expect(json.diskFreeBytes).toBeGreaterThan(0)
  })

  test('shows what it does as metrics', async () => {
    await createTopic(serving, 'measured')
    await produce(serving, 'measured', [{ value: 1 }, { value: 2 }])
    const metrics = () => call(serving, '/metrics')
    const { text: shown, headers } = await metrics()
    expect(headers.get('content-type')).toContain('version=0.0.4')
    for (const line of [
      /^millrace_produce_records_total 2$/m,
      /^millrace_flush_duration_seconds_count [1-9]/m,
      /^millrace_disk_free_bytes [1-9]/m,
      /^millrace_http_request_duration_seconds_count\{method="POST",route="\/v1\/topics\/:topic\/records",status="200"\} 1$/m,
      /^process_resident_memory_bytes [1-9]/m,
      /^nodejs_eventloop_lag_seconds /m,
    ]) {
      expect(shown).toMatch(line)
    }
    // Counters repeat what the broker counts; they are not added up with every look.
    expect((await metrics()).text).toMatch(/^millrace_produce_records_total 2$/m)
  })

  test('shows its document as a page, all of it from here', async () => {
    const page = await call(serving, '/docs')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Millrace')
    expect(page.text).not.toMatch(/(src|href)="https?:/)
    const script = await call(serving, '/docs/js/scalar.js')
    expect(script.headers.get('content-type')).toContain('javascript')
    expect(script.text.length).toBeGreaterThan(1_000_000)
  })

  test('never logs what records hold', async () => {
    await call(serving, '/v1/topics/measured/records?key=secret', {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: 'secret',
    })
    await call(serving, '/v1/topics/measured/records', { body: { valu: 'secret' } })
    await call(serving, '/v1/topics/measured/partitions/0/records?key=secret')
    expect(serving.log.join('')).not.toContain('secret')
  })
})

describe('readiness', () => {
  const FULL = { state: 'ready', reason: '5 bytes are free.' } as const
  const FAILED = { state: 'read-only', reason: 'A sync failed.' } as const
  test.each([
    ['is not taken away by a full disk, where room can only be made through the server', FULL, 200],
    ['is over once writing has failed, and the reason is told', FAILED, 503],
  ])('%s', async (_promise, state, status) => {
    await using serving = await serve()
    const broker = { ...NO_BROKER, status: () => ({ ...serving.broker.status(), ...state }) }
    const config = parseHttpConfig({})
    const app = await createApp(broker, { config, logger: NO_LOGGER, version: '1' })
    const ready = await app.inject('/readyz')
    expect(ready.statusCode).toBe(status)
    expect(ready.json()).toEqual(state)
    expect((await app.inject('/livez')).statusCode).toBe(200)
    await app.close()
  })
})

describe('a server that stops', () => {
  test('ends long polls with what there is, events where they are, and followed lines with a problem', async () => {
    await using serving = await serve()
    await createTopic(serving, 't')
    await produce(serving, 't', [{ value: 1 }])
    const path = '/v1/topics/t/partitions/0/records'
    const poll = call(serving, `${path}?offset=latest&waitMs=60000`)
    const events = eventsOf(
      await fetch(serving.url + path, { headers: { Accept: 'text/event-stream' } }),
    )
    const headers = { Accept: 'application/x-ndjson' }
    const lines = partsOf(await fetch(`${serving.url}${path}?follow=true`, { headers }), '\n')
    await take(events, 1)
    await take(lines, 1)
    await expect.poll(() => serving.broker.metrics().fetch.waiting).toBe(3)
    const closed = serving.app.close()
    expect(await poll).toMatchObject({ status: 200, json: { records: [], nextOffset: 1 } })
    expect(await events.next()).toMatchObject({ done: true })
    expect(JSON.parse((await take(lines, 1))[0]!)).toMatchObject({
      problem: { code: 'STOPPING', retriable: true, position: '0:1' },
    })
    await expect(lines.next()).rejects.toThrow('terminated')
    await closed
  })

  test('finishes what had begun, and takes no more connections', async () => {
    await using serving = await serve()
    await createTopic(serving, 't')
    const socket = connect(serving.port, '127.0.0.1')
    socket.write(
      'POST /v1/topics/t/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        'Content-Length: 11\r\n\r\n{"value"',
    )
    await once(serving.app.server, 'request')
    const closed = serving.app.close()
    await expect.poll(() => fetch(serving.url).catch(() => 'refused')).toBe('refused')
    socket.write(':1}')
    expect(await answerOn(socket)).toMatch(/^HTTP\/1.1 200 /)
    await closed
  })
})

test('a bug is a 500 that says nothing of its cause, and may have written something', async () => {
  const broker = {
    ...NO_BROKER,
    describeTopic: () => Promise.reject(new Error('a secret')),
    deleteTopic: () => Promise.reject(new Error('a secret')),
  }
  const logged: unknown[] = []
  const logger = { ...NO_LOGGER, error: (...what: unknown[]) => void logged.push(what) }
  const app = await createApp(broker, { config: parseHttpConfig({}), logger, version: '1' })
  const read = await app.inject('/v1/topics/t')
  expect(read.statusCode).toBe(500)
  expect(read.json()).toMatchObject({ code: 'INTERNAL_ERROR', appended: false })
  const write = await app.inject({ method: 'DELETE', url: '/v1/topics/t' })
  expect(write.json()).toMatchObject({ code: 'INTERNAL_ERROR', appended: 'unknown' })
  expect(read.body + write.body).not.toContain('secret')
  expect(logged).toHaveLength(2)
  await app.close()
})
