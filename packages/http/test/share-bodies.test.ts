import { AcquireAnswer } from '@millrace/http-api/share-records'
import type { Broker } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import type { Acknowledgement, AcquiredRecord, Acquired } from '@millrace/model/share-group'
import type { FastifyInstance } from 'fastify'
import { Check } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acquiredAnswer } from '../src/acquired-answer.ts'
import type { RecordFormat } from '../src/record-json-writer.ts'
import { RecordViews } from '../src/record-view.ts'
import { createApp } from '../src/app.ts'
import { parseHttpConfig } from '../src/config.ts'
import { NO_BROKER } from '../src/no-broker.ts'
import { NO_LOGGER } from '../src/no-logger.ts'

const OPTIONS = { config: parseHttpConfig({}), logger: NO_LOGGER, version: '1' }

let app: FastifyInstance
beforeAll(async () => {
  app = await createApp(NO_BROKER, OPTIONS)
})
afterAll(() => app.close())

const ACKNOWLEDGEMENTS = [
  { receipt: 'r', type: 'accept' },
  { receipt: 'r', type: 'release', delayMs: 604_800_000, reason: 'x'.repeat(1_000) },
  { receipt: 'r', type: 'release' },
  { receipt: 'r', type: 'reject', reason: '' },
  { receipt: 'r', type: 'renew' },
]
const LIMITS = {
  start: 'latest',
  ordering: 'none',
  acquisitionLockMs: 3_600_000,
  maxDeliveryCount: 100,
  retryDelaysMs: [0, 604_800_000],
}

describe('a body that can be goes on to the broker:', () => {
  test.each([
    ['PUT', '', { topics: ['t'] }],
    ['PUT', '', { topics: ['t', 'u'], ...LIMITS, deadLetter: null }],
    ['PUT', '', { topics: ['t'], retryDelaysMs: [], deadLetter: { topic: 'd' } }],
    ['PUT', '', { topics: ['t'], deadLetter: { topic: 'd', policy: 'park-key' } }],
    ['POST', '/acquire', { consumer: 'w1' }],
    ['POST', '/acquire', { consumer: 'w', maxRecords: 1_000, maxBytes: 16_777_216 }],
    ['POST', '/acquire', { consumer: 'w', waitMs: 60_000, format: 'base64' }],
    ['POST', '/acquire', { consumer: 'w', acknowledgements: ACKNOWLEDGEMENTS }],
    ['POST', '/acknowledge', { acknowledgements: ACKNOWLEDGEMENTS }],
    ['POST', '/redrive', { key: '' }],
    ['POST', '/redrive', { keyBase64: 'AAEC/w==' }],
    ['POST', '/redrive', { all: true }],
  ] as const)('%s %s %j', async (method, path, payload) => {
    const answer = await app.inject({ method, url: `/v1/share-groups/g${path}`, payload })
    expect(answer.json()).toMatchObject({ code: 'STOPPING' })
  })
})

describe('a body that cannot be is refused, and says where:', () => {
  test.each([
    ['PUT', '', {}, '/topics'],
    ['PUT', '', { topics: [] }, '/topics'],
    ['PUT', '', { topics: ['t', 't'] }, '/topics'],
    ['PUT', '', { topics: Array.from({ length: 1_001 }, (_, n) => `t${n}`) }, '/topics'],
    ['PUT', '', { topics: ['..'] }, '/topics/0'],
    ['PUT', '', { topics: ['t'], start: 5 }, '/start'],
    ['PUT', '', { topics: ['t'], ordering: 'value' }, '/ordering'],
    ['PUT', '', { topics: ['t'], acquisitionLockMs: 999 }, '/acquisitionLockMs'],
    ['PUT', '', { topics: ['t'], acquisitionLockMs: 3_600_001 }, '/acquisitionLockMs'],
    ['PUT', '', { topics: ['t'], maxDeliveryCount: 0 }, '/maxDeliveryCount'],
    ['PUT', '', { topics: ['t'], maxDeliveryCount: 101 }, '/maxDeliveryCount'],
    ['PUT', '', { topics: ['t'], retryDelaysMs: [-1] }, '/retryDelaysMs/0'],
    ['PUT', '', { topics: ['t'], retryDelaysMs: [604_800_001] }, '/retryDelaysMs/0'],
    ['PUT', '', { topics: ['t'], retryDelaysMs: Array(101).fill(0) }, '/retryDelaysMs'],
    ['PUT', '', { topics: ['t'], deadLetter: { topic: 'd', policy: 'x' } }, '/deadLetter/policy'],
    ['PUT', '', { topics: ['t'], deadLetter: 'd' }, '/deadLetter'],
    ['PUT', '', { topics: ['t'], deadletter: null }, '/deadletter'],
    ['POST', '/acquire', {}, '/consumer'],
    ['POST', '/acquire', { consumer: 'a b' }, '/consumer'],
    ['POST', '/acquire', { consumer: 'x'.repeat(250) }, '/consumer'],
    ['POST', '/acquire', { consumer: 'w', maxRecords: 0 }, '/maxRecords'],
    ['POST', '/acquire', { consumer: 'w', maxRecords: 1_001 }, '/maxRecords'],
    ['POST', '/acquire', { consumer: 'w', maxBytes: 16_777_217 }, '/maxBytes'],
    ['POST', '/acquire', { consumer: 'w', waitMs: 60_001 }, '/waitMs'],
    ['POST', '/acquire', { consumer: 'w', format: 'xml' }, '/format'],
    ['POST', '/acknowledge', {}, '/acknowledgements'],
    ['POST', '/acknowledge', { acknowledgements: [] }, '/acknowledgements'],
    ['POST', '/redrive', {}, ''],
    ['POST', '/redrive', { all: false }, ''],
    ['POST', '/redrive', { key: 'a', all: true }, ''],
    ['POST', '/redrive', { keyBase64: '_w==' }, ''],
  ] as const)('%s %s %j', async (method, path, payload, where) => {
    const answer = await app.inject({ method, url: `/v1/share-groups/g${path}`, payload })
    expect(answer.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST', appended: false })
    expect(answer.json().errors[0].path).toBe(where)
  })
})

describe('an acknowledgement that cannot be is refused, alone or with an acquire, and says where:', () => {
  test.each([
    [{ type: 'accept' }, '/receipt'],
    [{ receipt: 7, type: 'accept' }, '/receipt'],
    [{ receipt: 'r' }, '/type'],
    [{ receipt: 'r', type: 'ACCEPT' }, '/type'],
    [{ receipt: 'r', type: 'accept', delayMs: 0 }, '/delayMs'],
    [{ receipt: 'r', type: 'reject', delayMs: 0 }, '/delayMs'],
    [{ receipt: 'r', type: 'renew', delayMs: 0 }, '/delayMs'],
    [{ receipt: 'r', type: 'accept', reason: '' }, '/reason'],
    [{ receipt: 'r', type: 'renew', reason: '' }, '/reason'],
    [{ receipt: 'r', type: 'release', delayMs: -1 }, '/delayMs'],
    [{ receipt: 'r', type: 'release', delayMs: 604_800_001 }, '/delayMs'],
    [{ receipt: 'r', type: 'release', reason: null }, '/reason'],
    [{ receipt: 'r', type: 'reject', reason: 'x'.repeat(1_001) }, '/reason'],
    [{ receipt: 'r', type: 'accept', delay: 5 }, '/delay'],
  ])('%j', async (bad, where) => {
    const acknowledgements = [{ receipt: 'r', type: 'accept' }, bad]
    const url = '/v1/share-groups/g'
    for (const answer of [
      await app.inject({
        method: 'POST',
        url: `${url}/acknowledge`,
        payload: { acknowledgements },
      }),
      await app.inject({
        method: 'POST',
        url: `${url}/acquire`,
        payload: { consumer: 'w', acknowledgements },
      }),
    ]) {
      expect(answer.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
      expect(answer.json().errors[0].path).toBe(`/acknowledgements/1${where}`)
    }
  })
})

test('of many faulty acknowledgements ten are told of', async () => {
  const bad = { receipt: 'r', type: 'accept', reason: '', delayMs: 1 }
  const acknowledgements = Array.from({ length: 50 }, () => bad)
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/share-groups/g/acknowledge',
    payload: { acknowledgements },
  })
  expect(answer.json().errors).toHaveLength(10)
})

test('a share group that cannot be called so is refused', async () => {
  const answer = await app.inject('/v1/share-groups/a%20b')
  expect(answer.json()).toMatchObject({ status: 400, code: 'INVALID_TOPIC' })
  expect(answer.json().detail).toContain('share group')
})

const ACQUIRED: AcquiredRecord = {
  receipt: 'r1',
  deliveryCount: 2,
  lockedUntil: 5,
  topic: 't',
  partition: 3,
  record: {
    offset: 7 as Offset,
    timestamp: 1,
    key: Buffer.from('k'),
    value: Buffer.from('{"a": 1}'),
    headers: [{ name: 'h', value: null }],
  },
}

test('an answer has for each record its receipt and the record, as it is to be shown', () => {
  const acquired: Acquired = {
    records: [ACQUIRED, { ...ACQUIRED, receipt: 'r2' }],
    acknowledged: [
      { receipt: 'a', code: null, lockedUntil: 9 },
      { receipt: 'b', code: 'RECEIPT_EXPIRED' },
    ],
  }
  const shown = {
    receipt: 'r1',
    deliveryCount: 2,
    lockedUntil: 5,
    topic: 't',
    partition: 3,
    offset: 7,
    timestamp: 1,
    key: 'k',
    value: { a: 1 },
    headers: [{ name: 'h', value: null }],
  }
  const json = JSON.parse(acquiredAnswer(acquired, viewsAs('json')).toString())
  expect(json).toEqual({
    records: [shown, { ...shown, receipt: 'r2' }],
    acknowledged: acquired.acknowledged,
  })
  expect(Check(AcquireAnswer, json)).toBe(true)
  const none = JSON.parse(acquiredAnswer({ ...acquired, records: [] }, viewsAs('json')).toString())
  expect(none).toEqual({ records: [], acknowledged: acquired.acknowledged })
  expect(acquiredAnswer(acquired, viewsAs('base64')).toString()).toContain(
    '"valueBase64":"eyJhIjogMX0="',
  )
})

function viewsAs(format: RecordFormat): RecordViews {
  return new RecordViews({ datumReaders: () => ({}) }, format)
}

test('records that come when the caller is gone are given back at once', async () => {
  const given = Promise.withResolvers<readonly Acknowledgement[]>()
  const waiting = Promise.withResolvers<void>()
  const broker: Broker = {
    ...NO_BROKER,
    acquire: async (_group, { signal }) => {
      const gone = Promise.withResolvers<void>()
      signal?.addEventListener('abort', () => gone.resolve())
      waiting.resolve()
      await gone.promise
      return { records: [ACQUIRED], acknowledged: [] }
    },
    acknowledge: async (_group, acknowledgements) => {
      given.resolve(acknowledgements)
      return []
    },
  }
  const serving = await createApp(broker, OPTIONS)
  const url = `${await serving.listen({ host: '127.0.0.1', port: 0 })}/v1/share-groups/g/acquire`
  const controller = new AbortController()
  const headers = { 'Content-Type': 'application/json' }
  const body = JSON.stringify({ consumer: 'w', waitMs: 60_000 })
  const acquiring = fetch(url, { method: 'POST', headers, body, signal: controller.signal })
  await waiting.promise
  controller.abort()
  await expect(acquiring).rejects.toThrow('aborted')
  expect(await given.promise).toEqual([{ receipt: 'r1', type: 'return' }])
  await serving.close()
})
