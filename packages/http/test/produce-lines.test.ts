import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerOn, call, createTopic, fetchAll, values } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
})
afterAll(() => serving[Symbol.asyncDispose]())

const NDJSON = { 'Content-Type': 'application/x-ndjson' }

function post(topic: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const sent = { method: 'POST', headers: { ...NDJSON, ...headers }, body }
  return call(serving, `/v1/topics/${topic}/records`, sent)
}

function lines(count: number, from = 0): string {
  return Array.from({ length: count }, (_, index) => `{"value":${from + index}}\n`).join('')
}

describe('a body of lines', () => {
  test('is appended whole, and answered by range', async () => {
    await createTopic(serving, 'whole')
    const answer = await post('whole', lines(2500))
    expect(answer.json).toEqual({
      ranges: [{ partition: 0, baseOffset: 0, lastOffset: 2499 }],
      durability: 'fsync',
    })
    expect(await values(serving, 'whole')).toEqual(
      Array.from({ length: 2500 }, (_, index) => index),
    )
  })

  test('may end without a line feed, and have CR LF and empty lines', async () => {
    await createTopic(serving, 'loose')
    await post('loose', '{"value":1}\r\n\r\n\n  \n{"value":2}\n{"value":3}')
    expect(await values(serving, 'loose')).toEqual([1, 2, 3])
  })

  test('that is empty appends nothing, and is no error', async () => {
    await createTopic(serving, 'empty')
    expect(await post('empty', '')).toMatchObject({ status: 200, json: { ranges: [] } })
  })

  test('of what was fetched produces the same records again', async () => {
    await createTopic(serving, 'source')
    await createTopic(serving, 'copy')
    await post('source', '{"key":"a","value":{"x":1}}\n{"valueText":"y","headers":{"h":"1"}}\n')
    const fetched = await call(serving, '/v1/topics/source/records')
    expect((await post('copy', fetched.text)).status).toBe(200)
    expect(await fetchAll(serving, 'copy')).toEqual(await fetchAll(serving, 'source'))
  })
})

describe('a body of lines that stops', () => {
  test('at a bad line keeps the chunks before it, and says where to go on', async () => {
    await createTopic(serving, 'bad-line')
    const body = `${lines(2500)}{"value":}\n${lines(10, 2500)}`
    const answer = await post('bad-line', body)
    expect(answer).toMatchObject({
      status: 400,
      json: {
        code: 'INVALID_REQUEST',
        appended: 'partial',
        line: 2501,
        nextLine: 2001,
        ranges: [{ partition: 0, baseOffset: 0, lastOffset: 1999 }],
      },
    })
    expect(await values(serving, 'bad-line')).toHaveLength(2000)
    const rest = body
      .split('\n')
      .slice(answer.json.nextLine - 1)
      .join('\n')
      .replace('{"value":}\n', '')
    await post('bad-line', rest)
    expect(await values(serving, 'bad-line')).toEqual(
      Array.from({ length: 2510 }, (_, index) => index),
    )
  })

  test('at a bad line of the first chunk appends nothing', async () => {
    await createTopic(serving, 'first-bad')
    expect(await post('first-bad', '{"value":1}\n{"valu":2}\n')).toMatchObject({
      status: 400,
      json: { code: 'INVALID_RECORD', appended: false, line: 2, nextLine: 1, ranges: [] },
    })
    expect(await values(serving, 'first-bad')).toEqual([])
  })

  test('at a record beyond 1 MiB, or a partition that there is not', async () => {
    await createTopic(serving, 'too-large')
    const large = `${lines(1000)}{"valueText":"${'x'.repeat(1024 * 1024 + 1)}"}\n`
    expect(await post('too-large', large)).toMatchObject({
      status: 413,
      json: { code: 'RECORD_TOO_LARGE', appended: 'partial', line: 1001, nextLine: 1001 },
    })
    expect(await post('too-large', '{"partition":9,"value":1}\n')).toMatchObject({
      status: 404,
      json: { appended: false, nextLine: 1 },
    })
  })

  test('because it is cut off keeps the chunks before, and still answers who listens', async () => {
    await createTopic(serving, 'cut-off')
    const sent = lines(1500)
    const socket = connect(serving.port, '127.0.0.1')
    socket.write(
      `POST /v1/topics/cut-off/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n` +
        `Content-Length: ${sent.length + 100}\r\n\r\n${sent}`,
    )
    socket.end()
    const answer = await answerOn(socket)
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      code: 'INVALID_REQUEST',
      appended: 'partial',
      nextLine: 1001,
      ranges: [{ partition: 0, baseOffset: 0, lastOffset: 999 }],
    })
    expect(await values(serving, 'cut-off')).toHaveLength(1000)
  })

  test('because its sender is gone keeps the chunks before, and the server goes on', async () => {
    await createTopic(serving, 'gone')
    const socket = connect(serving.port, '127.0.0.1')
    socket.write(
      `POST /v1/topics/gone/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n`,
    )
    const sent = lines(1200)
    socket.write(`${sent.length.toString(16)}\r\n${sent}\r\n`)
    await expect.poll(() => values(serving, 'gone').then((found) => found.length)).toBe(1000)
    socket.destroy()
    await once(socket, 'close')
    expect(await call(serving, '/livez')).toMatchObject({ status: 200 })
    expect(await values(serving, 'gone')).toHaveLength(1000)
  })

  test('because of If-Log-End-Offset or of parameters that lines say themselves', async () => {
    await createTopic(serving, 'refused')
    expect(await post('refused', lines(1), { 'If-Log-End-Offset': '0' })).toMatchObject({
      status: 400,
    })
    const sent = { method: 'POST', headers: NDJSON, body: lines(1) }
    expect(await call(serving, '/v1/topics/refused/records?partition=0', sent)).toMatchObject({
      status: 400,
    })
    expect(await values(serving, 'refused')).toEqual([])
  })
})

describe('a retry of a body of lines', () => {
  test('repeats what was appended before, and appends the rest', async () => {
    await createTopic(serving, 'resumed', 3)
    const key = { 'Idempotency-Key': 'upload-1' }
    const cutShort = await post('resumed', `${lines(2000)}not json\n`, key)
    expect(cutShort.json).toMatchObject({ appended: 'partial', nextLine: 2001 })
    const whole = await post('resumed', lines(3500), key)
    expect(whole).toMatchObject({ status: 200 })
    expect(whole.json).not.toHaveProperty('duplicate')
    expect(await post('resumed', lines(3500), key)).toMatchObject({
      status: 200,
      json: { ranges: whole.json.ranges, duplicate: true },
    })
    const found = await Promise.all(
      [0, 1, 2].map((partition) => values(serving, 'resumed', partition)),
    )
    expect(found.flat()).toHaveLength(3500)
    expect(new Set(found.flat()).size).toBe(3500)
  })

  test('with another body stops at the chunk that differs', async () => {
    await createTopic(serving, 'differs')
    const key = { 'Idempotency-Key': 'upload-2' }
    await post('differs', lines(1500), key)
    expect(await post('differs', `${lines(1000)}${lines(500, 7000)}`, key)).toMatchObject({
      status: 422,
      json: { code: 'IDEMPOTENCY_KEY_REUSED', nextLine: 1001 },
    })
  })
})

test('a line that the topic does not take is named by its line, not by its place in a chunk', async () => {
  await createTopic(serving, 'lined')
  const answer = await post('lined', `${lines(1000)}\n{"value":1,"partition":7}\n`)
  expect(answer.json).toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
    detail: expect.stringContaining('Line 1002: Topic lined has'),
    line: 1002,
    nextLine: 1001,
  })
  expect(answer.json).not.toHaveProperty('index')
})
