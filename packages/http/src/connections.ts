import type { IncomingMessage } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { App, Edge } from './edge.ts'

/**
 * To be called before an answer that does not wait for the body. When this is the connection's last request, Node
 * would close it with the last byte of the answer, and reset it, as more of the body comes.
 */
export function keepReading({ request, raw }: FastifyReply): void {
  if (!request.raw.complete) raw.shouldKeepAlive = true
}

/**
 * What becomes of a connection after an answer. It is closed when nothing more can come of it; and while the
 * server stops, which would else wait for it. When the body was not read, the rest is read and thrown away
 * for a moment: closing at once would reset the connection, and with it the answer, before that is read.
 */
export function settleConnections(app: App, { cutBodies, waits }: Edge): void {
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (cutBodies.isCut(raw.socket) || waits.isStopping) raw.socket.destroySoon()
    else if (!raw.complete && !raw.destroyed) readAway(raw)
    done()
  })
}

function readAway(raw: IncomingMessage): void {
  let left = LINGER_MAX_BYTES
  const timer = setTimeout(() => raw.destroy(), LINGER_MS)
  raw.on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) raw.destroy()
  })
  if (isLast(raw)) raw.once('end', () => raw.socket.destroySoon())
  raw.once('close', () => clearTimeout(timer))
  raw.once('error', () => clearTimeout(timer))
  raw.resume()
}

function isLast({ headers, httpVersion }: IncomingMessage): boolean {
  const { connection = '' } = headers
  return httpVersion === '1.0' || /\bclose\b/i.test(connection)
}

/** Long enough for an answer to cross the world. */
const LINGER_MS = 2000
/** More than sockets hold, and nothing for who is still sending by the gigabyte. */
const LINGER_MAX_BYTES = 32 * 1024 * 1024
