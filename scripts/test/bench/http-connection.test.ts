import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { type AnswerSummary, HttpConnection, requestBytes } from '../../bench/http-connection.ts'

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const CHUNKED =
  'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\na\r\n0123456789\r\n0\r\n\r\n'
const EMPTY = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'

test.each([
  ['of known length', SIZED, { status: 200, bodyBytes: 5 }],
  ['in chunks', CHUNKED, { status: 201, bodyBytes: 13 }],
  ['without a body', EMPTY, { status: 503, bodyBytes: 0 }],
])('an answer %s is read whole, wherever the network cuts it', async (_, answer, expected) => {
  for (let cut = 1; cut < answer.length; cut++) {
    const summary = await answerFrom([answer.slice(0, cut), answer.slice(cut)])
    expect(summary, `cut at byte ${cut}`).toMatchObject(expected)
  }
})

test('a connection that the server closes fails the request', async () => {
  await expect(answerFrom(['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe'])).rejects.toThrow(
    /closed/,
  )
})

test('a request has its length, and a GET has none', () => {
  const post = Buffer.from(
    requestBytes('POST', '/a', { Accept: 'b' }, Buffer.from('body')),
  ).toString()
  expect(post).toBe(
    'POST /a HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: b\r\nContent-Length: 4\r\n\r\nbody',
  )
  expect(Buffer.from(requestBytes('GET', '/a')).toString()).toBe(
    'GET /a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  )
})

/** Sends a request to a server that answers with these pieces, in separate packets, and closes. */
async function answerFrom(pieces: readonly string[]): Promise<AnswerSummary> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', () => {
      const [first = '', ...rest] = pieces
      socket.write(first, () => {
        setImmediate(() => socket.end(rest.join('')))
      })
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  try {
    using connection = await HttpConnection.open(port)
    return await connection.send(requestBytes('GET', '/'))
  } finally {
    server.close()
  }
}
