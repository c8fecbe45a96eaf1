import { once } from 'node:events'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/**
 * An answer that is written as it comes, no faster than it is read. A reader that reads nothing for
 * `stallMs` is dropped.
 */
export class AnswerStream {
  readonly #response: ServerResponse
  readonly #stallMs: number

  /** Sends the headers at once. What fails from here on is no longer Fastify's to answer. */
  static open(reply: FastifyReply, headers: OutgoingHttpHeaders, stallMs: number): AnswerStream {
    reply.hijack()
    const response = reply.raw
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) response.setHeader(name, value)
    }
    response.writeHead(200, headers)
    response.flushHeaders()
    return new AnswerStream(response, stallMs)
  }

  private constructor(response: ServerResponse, stallMs: number) {
    this.#response = response
    this.#stallMs = stallMs
  }

  /** Is what was written before still on its way? */
  get isBlocked(): boolean {
    return this.#response.writableNeedDrain
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  /** Resolves when there is room for more, or the reader is gone. */
  async write(bytes: Uint8Array | string): Promise<void> {
    const response = this.#response
    if (response.destroyed || response.write(bytes)) return
    // The socket itself tells a reader that is slow from one that reads nothing; it destroys the latter.
    response.socket?.setTimeout(this.#stallMs)
    const settled = new AbortController()
    const { signal } = settled
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })])
    settled.abort()
    response.socket?.setTimeout(0)
  }

  end(): void {
    this.#response.end()
  }

  /** Ends without the chunk that ends a whole answer, so that a cut one is never taken for it. */
  async cut(lastBytes: string): Promise<void> {
    const response = this.#response
    if (response.destroyed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    response.socket?.setTimeout(this.#stallMs)
    response.once('close', resolve)
    response.write(lastBytes, () => resolve())
    await promise
    response.destroy()
  }
}
