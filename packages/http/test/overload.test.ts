import type { Broker } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { parseHttpConfig } from '../src/config.ts'
import { NO_BROKER } from '../src/no-broker.ts'
import { NO_LOGGER } from '../src/no-logger.ts'

/** A broker that refuses every first attempt, as one whose disk is slow does. */
function busyBroker(code: 'OVERLOADED' | 'STORAGE_FULL') {
  let attempts = 0
  let nextOffset = 0
  const broker: Broker = {
    ...NO_BROKER,
    async produceRecords(_topic, records) {
      if (attempts++ % 2 === 0)
        throw new LogError(code, 'Busy.', { appended: false, retryAfterMs: 1 })
      const produced = records.map(() => ({ partition: 0, offset: nextOffset++ as Offset }))
      return { records: produced, duplicate: false }
    },
  }
  return createApp(broker, { config: parseHttpConfig({}), logger: NO_LOGGER, version: '1' })
}

const LINES = {
  method: 'POST',
  url: '/v1/topics/t/records',
  headers: { 'content-type': 'application/x-ndjson' },
  payload: '{"value":1}\n'.repeat(3500),
} as const

test('load never refuses a body of lines that has begun: it is read more slowly', async () => {
  const app = await busyBroker('OVERLOADED')
  const answer = await app.inject(LINES)
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({
    ranges: [{ partition: 0, baseOffset: 0, lastOffset: 3499 }],
    durability: 'fsync',
  })
  await app.close()
})

test('load refuses a body of one append with 429, and when to come back', async () => {
  const app = await busyBroker('OVERLOADED')
  const answer = await app.inject({
    ...LINES,
    headers: { 'content-type': 'text/plain' },
    payload: 'x',
  })
  expect(answer.statusCode).toBe(429)
  expect(answer.headers['retry-after']).toBe('1')
  expect(answer.json()).toMatchObject({
    code: 'OVERLOADED',
    retriable: true,
    retryAfterMs: 1,
    appended: false,
  })
  await app.close()
})

test('a full disk stops a body of lines, which is told where to go on', async () => {
  const app = await busyBroker('STORAGE_FULL')
  expect((await app.inject(LINES)).json()).toMatchObject({
    status: 507,
    code: 'STORAGE_FULL',
    retriable: true,
    appended: false,
    nextLine: 1,
  })
  await app.close()
})
