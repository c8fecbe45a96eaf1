import type { FastifyReply } from 'fastify'

/** JSON, ready-made. A reader that leaves it lying for `stallMs` is dropped. */
export function sendJson(
  reply: FastifyReply,
  answer: Uint8Array | string,
  stallMs: number,
): FastifyReply {
  void reply.type('application/json; charset=utf-8').send(answer)
  const { raw } = reply
  // As a rule the socket takes all of it at once: then nothing is left that a reader could leave lying.
  if (!raw.writableEnded || raw.writableLength > 0) raw.setTimeout(stallMs)
  return reply
}
