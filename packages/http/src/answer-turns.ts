import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'

/**
 * Resolves when every answer of records that was asked for before on the same connection is sent: false when the
 * connection is gone. Requests that come in one packet are all begun at once, and their answers are held until the
 * first is read: a few hundred of them, from a client that reads nothing, would be a few gigabytes.
 */
export async function turnToAnswer({ raw }: FastifyReply): Promise<boolean> {
  const { socket } = raw.req
  const before = LAST_ANSWERS.get(socket) ?? NOTHING_BEFORE
  // The first also hears of the end of the connection: an answer behind others is not told.
  const closed = before.closed ?? endOf(socket)
  const sent = new Promise<void>((resolve) => raw.once('finish', resolve).once('close', resolve))
  LAST_ANSWERS.set(socket, { sent, closed })
  await Promise.race([before.sent, closed])
  return !socket.destroyed
}

interface LastAnswer {
  readonly sent: Promise<void>
  readonly closed: Promise<void> | undefined
}

const LAST_ANSWERS = new WeakMap<Socket, LastAnswer>()
const NOTHING_BEFORE: LastAnswer = { sent: Promise.resolve(), closed: undefined }

function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve()
    else socket.once('close', () => resolve())
  })
}
