import type { IncomingMessage } from 'node:http'
import type { App } from './edge.ts'

/**
 * A request that was answered before its body was read: the rest is read and thrown away for a moment.
 * Closing at once would reset the connection, and with it the answer, before the client has read that.
 */
export function readAwayUnreadBodies(app: App): void {
  app.addHook('onResponse', async (request) => {
    if (!request.raw.complete && !request.raw.destroyed) readAway(request.raw)
  })
}

function readAway(raw: IncomingMessage): void {
  let left = LINGER_MAX_BYTES
  const timer = setTimeout(() => raw.destroy(), LINGER_MS)
  raw.on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) raw.destroy()
  })
  raw.once('close', () => clearTimeout(timer))
  raw.once('error', () => clearTimeout(timer))
  raw.resume()
}

/** Long enough for an answer to cross the world. */
const LINGER_MS = 2000
/** More than sockets hold, and nothing for who is still sending by the gigabyte. */
const LINGER_MAX_BYTES = 32 * 1024 * 1024
