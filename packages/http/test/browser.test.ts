import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createTopic, exchange, fetchAll } from './calling.ts'
import { serve, type Serving } from './serving.ts'

let serving: Serving
beforeAll(async () => {
  serving = await serve({ http: { allowedOrigins: ['https://console.test'] } })
  await createTopic(serving, 't')
})
afterAll(() => serving[Symbol.asyncDispose]())

describe('a page of another origin', () => {
  test('may change nothing', async () => {
    const plain = { 'Content-Type': 'text/plain' }
    for (const headers of [
      { ...plain, Origin: 'http://evil.example' },
      { ...plain, 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      const sent = { method: 'POST', headers, body: 'x' }
      expect(await call(serving, '/v1/topics/t/records', sent)).toMatchObject({
        status: 403,
        json: { code: 'CROSS_ORIGIN', appended: false },
      })
    }
    expect(await fetchAll(serving, 't')).toEqual([])
  })

  test('is told nothing that lets it read', async () => {
    const { status, headers } = await call(serving, '/v1/topics/t', {
      headers: { Origin: 'http://evil.example' },
    })
    expect(status).toBe(200)
    expect(headers.has('access-control-allow-origin')).toBe(false)
  })

  test('that reaches the server by a name of its own is refused', async () => {
    const answer = await exchange(
      serving,
      'GET /v1/topics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1.1 403 /)
    expect(answer).toContain('HOST_NOT_ALLOWED')
  })
})

describe('a page of an allowed origin', () => {
  const Origin = 'https://console.test'

  test('asks first, and may then write and read', async () => {
    const preflight = await call(serving, '/v1/topics/t/records', {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type,millrace-header-trace',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(Origin)
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'content-type,millrace-header-trace',
    )
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    const headers = { Origin, 'Sec-Fetch-Site': 'cross-site' }
    const produced = await call(serving, '/v1/topics/t/records', { headers, body: { value: 1 } })
    expect(produced.status).toBe(200)
    expect(produced.headers.get('access-control-allow-origin')).toBe(Origin)
    expect(produced.headers.get('vary')).toBe('Origin')
  })

  test('sees the headers of streams and of raw answers, and those of a problem', async () => {
    const headers = { Origin, Accept: 'application/x-ndjson' }
    const stream = await call(serving, '/v1/topics/t/records', { headers })
    expect(stream.headers.get('access-control-allow-origin')).toBe(Origin)
    expect(stream.headers.get('access-control-expose-headers')).toContain('Millrace-High-Watermark')
    const problem = await call(serving, '/v1/topics/none', { headers })
    expect(problem.headers.get('access-control-allow-origin')).toBe(Origin)
  })
})

test('without allowed origins no CORS header is ever sent, nor is a preflight answered', async () => {
  await using closed = await serve()
  const headers = { Origin: 'https://console.test', 'Access-Control-Request-Method': 'POST' }
  const preflight = await call(closed, '/v1/topics/t/records', { method: 'OPTIONS', headers })
  expect(preflight).toMatchObject({ status: 403, json: { code: 'CROSS_ORIGIN' } })
  for (const { headers: sent } of [preflight, await call(closed, '/v1/topics', { headers })]) {
    expect([...sent.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  }
})

test('every answer says that it is what it says, and is not to be kept', async () => {
  for (const path of ['/v1/topics', '/v1/topics/none', '/nowhere', '/livez']) {
    const { headers } = await call(serving, path)
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(headers.get('cache-control'), path).toBe('no-store')
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'")
  }
})
