import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createClient } from '../src/client.ts'
import { pathOf } from '../src/http.ts'

test('a problem document becomes an error with its code, its fields and its text', async () => {
  await using server = await serve((_request, response) => {
    const problem = {
      type: 'about:blank',
      title: 'Gone.',
      status: 416,
      code: 'OFFSET_OUT_OF_RANGE',
      detail: 'It begins at 100.',
      retriable: false,
      appended: false,
      logStartOffset: 100,
    }
    response.writeHead(416, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify(problem))
  })
  await expect(createClient(server.url).status()).rejects.toMatchObject({
    name: 'MillraceError',
    message: 'The log does not hold that offset. It begins at 100.',
    code: 'OFFSET_OUT_OF_RANGE',
    status: 416,
    retriable: false,
    appended: false,
    problem: { logStartOffset: 100 },
  })
})

test('a code that this client does not know is still an error that says what happened', async () => {
  await using server = await serve((_request, response) => {
    response.writeHead(418)
    response.end('{"code":"TEAPOT","detail":"Short and stout.","retriable":false,"appended":false}')
  })
  await expect(createClient(server.url).status()).rejects.toThrow('TEAPOT. Short and stout.')
})

test('an answer from something that is not Millrace is UNEXPECTED_ANSWER', async () => {
  await using server = await serve((request, response) => {
    response.writeHead(request.method === 'GET' ? 404 : 502)
    response.end('<h1>Bad gateway</h1>')
  })
  const client = createClient(server.url, { retryForMs: 0 })
  await expect(client.topics.describe('t')).rejects.toMatchObject({
    code: 'UNEXPECTED_ANSWER',
    status: 404,
    retriable: false,
    appended: false,
  })
  await expect(client.topics.delete('t')).rejects.toMatchObject({
    code: 'UNEXPECTED_ANSWER',
    retriable: true,
    appended: 'unknown',
  })
})

test('where nobody listens there is NO_ANSWER, and it says why', async () => {
  const server = await serve(() => {})
  await server[Symbol.asyncDispose]()
  const client = createClient(server.url, { retryForMs: 0 })
  await expect(client.status()).rejects.toMatchObject({
    code: 'NO_ANSWER',
    appended: false,
    detail: expect.stringContaining('ECONNREFUSED'),
  })
})

test('a refusal for load is tried again, when the server said', async () => {
  let requests = 0
  await using server = await serve((_request, response) => {
    requests++
    if (requests === 3) {
      response.end('{"version":"1"}')
      return
    }
    response.writeHead(429)
    response.end(
      '{"code":"OVERLOADED","detail":"","retriable":true,"appended":false,"retryAfterMs":1}',
    )
  })
  expect(await createClient(server.url).status()).toEqual({ version: '1' })
  expect(requests).toBe(3)
})

test('what may have been done is not done again, unless that is the same', async () => {
  const methods: string[] = []
  await using server = await serve((request, response) => {
    methods.push(String(request.method))
    if (methods.filter((method) => method === request.method).length > 1) response.end('{}')
    else request.socket.destroy()
  })
  const client = createClient(server.url)
  await client.topics.create('t')
  await expect(client.topics.delete('t')).rejects.toMatchObject({ appended: 'unknown' })
  await expect(client.offsets.reset('g', 't', { to: { shift: -1 } })).rejects.toMatchObject({
    code: 'NO_ANSWER',
  })
  expect(methods).toEqual(['PUT', 'PUT', 'DELETE', 'POST'])
})

test('an abort ends a call with the signal’s reason, before and while it waits', async () => {
  const arrived = Promise.withResolvers<void>()
  await using server = await serve(() => arrived.resolve())
  const client = createClient(server.url)
  const controller = new AbortController()
  const reason = new Error('enough')
  const waiting = client.status({ signal: controller.signal })
  await arrived.promise
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  await expect(client.status({ signal: controller.signal })).rejects.toBe(reason)
})

test('a server that says nothing is given up on', async () => {
  await using server = await serve(() => {})
  const client = createClient(server.url, { requestTimeoutMs: 20, retryForMs: 0 })
  await expect(client.status()).rejects.toMatchObject({
    code: 'NO_ANSWER',
    detail: expect.stringContaining('20 ms'),
  })
})

test('names are encoded, headers are sent, a base path is kept', async () => {
  expect(pathOf`/a/${'x/y z'}/${3}`).toBe('/a/x%2Fy%20z/3')
  const seen: unknown[] = []
  await using server = await serve((request, response) => {
    seen.push([request.url, request.headers.authorization])
    response.end('{}')
  })
  const client = createClient(`${server.url}/behind/`, { headers: { authorization: 'secret' } })
  await client.topics.describe('a/b')
  expect(seen).toEqual([['/behind/v1/topics/a%2Fb', 'secret']])
})

test('an address that is not http is a TypeError', () => {
  expect(() => createClient('ftp://127.0.0.1')).toThrow(TypeError)
  expect(() => createClient('127.0.0.1:7070')).toThrow(TypeError)
})

/** An HTTP server that does what `listener` does. */
async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
