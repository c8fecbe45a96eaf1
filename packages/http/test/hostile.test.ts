import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as atLeast } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerOn, call, createTopic, exchange, fetchAll, produce, values } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve({
    http: {
      requestTimeoutMs: 100,
      headersTimeoutMs: 100,
      bodiesInFlightMaxBytes: 8 * 1024 * 1024,
    },
  })
})
afterAll(() => serving[Symbol.asyncDispose]())

function open(topic: string, type: string, headers: string): Socket {
  const socket = connect(serving.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    `POST /v1/topics/${topic}/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n${headers}\r\n\r\n`,
  )
  return socket
}

function problemIn(answer: string) {
  return JSON.parse(answer.slice(answer.indexOf('{')))
}

describe('a request that is too slow', () => {
  test('with its body is 408, and the connection closed', async () => {
    await createTopic(serving, 'slow')
    const socket = open('slow', 'application/json', 'Content-Length: 100')
    socket.write('{"value":')
    const answer = await answerOn(socket)
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(problemIn(answer)).toMatchObject({
      code: 'REQUEST_TOO_SLOW',
      appended: false,
      retriable: true,
    })
    expect(await fetchAll(serving, 'slow')).toEqual([])
  })

  test('with its headers is 408, and the connection closed', async () => {
    expect(await exchange(serving, 'GET /v1/topics HTTP/1.1\r\nHost: lo')).toMatch(
      /^HTTP\/1.1 408 /,
    )
  })

  test('is not a body of lines that keeps coming, however long it takes', async () => {
    await createTopic(serving, 'long')
    const socket = open(
      'long',
      'application/x-ndjson',
      'Transfer-Encoding: chunked\r\nConnection: close',
    )
    for (let line = 0; line < 4; line++) {
      socket.write('c\r\n{"value":1}\n\r\n')
      // Together more than a body of bounded size may take.
      await atLeast(50)
    }
    socket.write('0\r\n\r\n')
    expect(await answerOn(socket)).toMatch(/^HTTP\/1.1 200 /)
    expect(await values(serving, 'long')).toHaveLength(4)
  })

  test('is a body of lines that pauses for too long; what came before stays', async () => {
    await using impatient = await serve({ http: { nextBytesTimeoutMs: 100 } })
    await createTopic(impatient, 'paused')
    const lines = '{"value":1}\n'.repeat(1001)
    const answer = await exchange(
      impatient,
      'POST /v1/topics/paused/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n' +
        `Content-Length: 1000000\r\n\r\n${lines}`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(problemIn(answer)).toMatchObject({
      code: 'REQUEST_TOO_SLOW',
      appended: 'partial',
      nextLine: 1001,
    })
    expect(await values(impatient, 'paused')).toHaveLength(1000)
  })
})

describe('a request that is too large', () => {
  test('in its headers is 431', async () => {
    const many = Array.from({ length: 101 }, (_, index) => `X-${index}: x\r\n`).join('')
    const start = 'GET /v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
    const tooMany = await exchange(serving, `${start}${many}\r\n`)
    expect(tooMany).toMatch(/^HTTP\/1.1 431 /)
    expect(problemIn(tooMany)).toMatchObject({ code: 'HEADERS_TOO_LARGE' })
    const tooLong = await exchange(serving, `${start}X: ${'x'.repeat(17_000)}\r\n\r\n`)
    expect(tooLong).toMatch(/^HTTP\/1.1 431 /)
    expect(problemIn(tooLong)).toMatchObject({ code: 'HEADERS_TOO_LARGE' })
  })

  test('in its body is refused before that is read, announced or not', async () => {
    await createTopic(serving, 'announced')
    const socket = open(
      'announced',
      'application/json',
      'Content-Length: 9000000\r\nConnection: close',
    )
    expect(problemIn(await answerOn(socket))).toMatchObject({ code: 'BODY_TOO_LARGE' })
    const chunked = open(
      'announced',
      'application/json',
      'Transfer-Encoding: chunked\r\nConnection: close',
    )
    chunked.write(`900000\r\n${'x'.repeat(0x900000)}\r\n0\r\n\r\n`)
    expect(problemIn(await answerOn(chunked))).toMatchObject({ code: 'BODY_TOO_LARGE' })
  })
})

test('bodies beyond what memory is given are refused with 429, and one line in the log a second', async () => {
  await createTopic(serving, 'budget')
  const first = open('budget', 'application/json', `Content-Length: ${8 * 1024 * 1024}`)
  await expect
    .poll(() => call(serving, '/v1/topics/budget/records', { body: { value: 1 } }))
    .toMatchObject({
      status: 429,
      json: { code: 'OVERLOADED', retriable: true, retryAfterMs: 1000 },
    })
  const refused = await call(serving, '/v1/topics/budget/records', { body: { value: 1 } })
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(serving.log.filter((line) => line.includes('refusing'))).toHaveLength(1)
  first.destroy()
  await expect
    .poll(() => call(serving, '/v1/topics/budget/records', { body: { value: 1 } }))
    .toMatchObject({ status: 200 })
})

describe('what is no HTTP', () => {
  test.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    [
      'chunks in HTTP 1.0',
      'POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no Host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [
      'two Hosts',
      'GET /livez HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\nConnection: close\r\n\r\n',
    ],
  ])('as %s is 400', async (_name, sent) => {
    const answer = await exchange(serving, sent)
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(problemIn(answer)).toMatchObject({ code: 'INVALID_REQUEST', appended: false })
    expect(await call(serving, '/livez')).toMatchObject({ status: 200 })
  })

  test('is a body that would have to be unpacked, however it says so', async () => {
    await createTopic(serving, 'packed')
    const sent = (headers: string) =>
      'POST /v1/topics/packed/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n' +
      `Connection: close\r\n${headers}\r\n\r\n1\r\nx\r\n0\r\n\r\n`
    for (const headers of [
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked\r\nContent-Encoding: GZIP',
    ]) {
      const answer = await exchange(serving, sent(headers))
      expect(problemIn(answer), headers).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' })
    }
    expect(await fetchAll(serving, 'packed')).toEqual([])
    for (const headers of ['Content-Encoding: Identity', 'Content-Encoding:']) {
      const plain = sent(`Transfer-Encoding: Chunked\r\n${headers}`)
      expect(await exchange(serving, plain), headers).toMatch(/^HTTP\/1.1 200 /)
    }
  })

  test('is not an expectation that nobody knows, which may be ignored', async () => {
    const sent = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\nConnection: close\r\n\r\n'
    expect(await exchange(serving, sent)).toMatch(/^HTTP\/1.1 200 /)
  })

  test('is not HTTP 1.0 without a Host, which that did not have', async () => {
    expect(await exchange(serving, 'GET /livez HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /)
  })

  test('within a body is 400, and appends nothing', async () => {
    await createTopic(serving, 'garbled')
    const socket = open('garbled', 'application/json', 'Transfer-Encoding: chunked')
    socket.write('5\r\n{"val\r\nnonsense\r\n')
    const answer = await answerOn(socket)
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(problemIn(answer)).toMatchObject({ code: 'INVALID_REQUEST', appended: false })
    expect(await fetchAll(serving, 'garbled')).toEqual([])
  })
})

test.each([
  'application/json',
  'application/x-ndjson',
  'text/event-stream',
  'application/vnd.millrace.record-batches',
])('a reader of %s that reads nothing is dropped', async (accept) => {
  await using impatient = await serve({ http: { nextBytesTimeoutMs: 100 } })
  await createTopic(impatient, 'unread')
  const records = Array.from({ length: 12 }, () => ({ valueText: 'x'.repeat(500_000) }))
  for (let index = 0; index < 3; index++) await produce(impatient, 'unread', records)
  const dropped = droppedConnection(impatient)
  const socket = connect(impatient.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.pause()
  socket.write(
    'GET /v1/topics/unread/partitions/0/records?maxBytes=16777216 HTTP/1.1\r\nHost: localhost\r\n' +
      `Accept: ${accept}\r\n\r\n`,
  )
  await expect(dropped).resolves.toBeUndefined()
  socket.destroy()
})

/** Resolves when the server has closed the next connection that is made. */
async function droppedConnection({ app }: Serving): Promise<void> {
  const [socket] = (await once(app.server, 'connection')) as [Socket]
  await once(socket, 'close')
}
