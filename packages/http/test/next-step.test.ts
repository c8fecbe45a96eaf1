import { LOG_ERRORS, LogError, type LogErrorCode } from '@millrace/model/log-error'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { problemOf } from '../src/problem.ts'
import { call, createTopic, produce } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
  await createTopic(serving, 'orders')
})
afterAll(() => serving[Symbol.asyncDispose]())

describe('a topic that is not there', () => {
  test.each([
    '/v1/topics/ordres',
    '/v1/topics/ordres/records',
    '/v1/topics/ordres/partitions/0/records',
    '/v1/groups/g/offsets?topic=ordres',
  ])('is 404 at %s, with the nearest there is and how to create it', async (path) => {
    const { status, json } = await call(serving, path)
    expect(status).toBe(404)
    expect(json).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', topic: 'ordres' })
    expect(json.detail).toBe(
      'There is no topic "ordres"; the nearest is "orders". PUT /v1/topics/ordres creates it, ' +
        'GET /v1/topics lists those there are.',
    )
  })

  test('is 404 for a produce too, and no other is suggested where none is near', async () => {
    const { json } = await call(serving, '/v1/topics/payments/records', { body: { value: 1 } })
    expect(json).toMatchObject({ appended: false, topic: 'payments' })
    expect(json.detail).toContain('There is no topic "payments". PUT /v1/topics/payments creates')
  })

  test("is not taken for one of Millrace's own", async () => {
    const { json } = await call(serving, '/v1/topics/__offset')
    expect(json.detail).toBe('There is no topic "__offset". GET /v1/topics lists those there are.')
  })
})

test('of a list of commits, the one that names no topic or no partition is told by its index', async () => {
  await produce(serving, 'orders', [{ value: 1 }])
  const good = { topic: 'orders', partition: 0, offset: 1 }
  for (const bad of [
    { ...good, topic: 'ordres' },
    { ...good, partition: 7 },
    { ...good, metadata: 'é'.repeat(4096) },
  ]) {
    const { json } = await call(serving, '/v1/groups/g/offsets', {
      body: { offsets: [good, bad, good] },
    })
    expect(json).toMatchObject({ index: 1, appended: false })
  }
  const { json } = await call(serving, '/v1/groups/g/offsets')
  expect(json.offsets).toEqual([])
})

/** What is below the edge says what happened in a few words; so what to do next is here. */
const TOLD_WITH_WHAT_HAPPENED = new Set<LogErrorCode>([
  'INVALID_REQUEST',
  'INVALID_TOPIC',
  'INVALID_RECORD',
  'TOO_MANY_PARTITIONS',
  'CROSS_ORIGIN',
  'HOST_NOT_ALLOWED',
  'UNKNOWN_ROUTE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE',
  'OFFSET_OUT_OF_RANGE',
  'IDEMPOTENCY_KEY_REUSED',
  'STOPPING',
  'STORAGE_FAILED',
  'STORAGE_FULL',
  'INTERNAL_ERROR',
  'DATA_DIRECTORY_IN_USE',
  'NOT_A_DATA_DIRECTORY',
  'DATA_DIRECTORY_NEWER',
  'DATA_DIRECTORY_DAMAGED',
])

test('every failure says what to do next', () => {
  for (const code of Object.keys(LOG_ERRORS) as LogErrorCode[]) {
    const { detail } = problemOf(new LogError(code, 'It happened.'))
    if (TOLD_WITH_WHAT_HAPPENED.has(code)) expect(detail, code).toBe('It happened.')
    else expect(detail, code).toMatch(/^It happened\. [A-Z].+\.$/)
  }
})
