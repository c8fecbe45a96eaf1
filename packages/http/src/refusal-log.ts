import type { FastifyBaseLogger } from 'fastify'

/** Says in the log that load is refused, at most once a second: under load, a line each would be more load. */
export class RefusalLog {
  readonly #logger: FastifyBaseLogger
  #lastAtMs = Number.NEGATIVE_INFINITY
  #unsaid = 0

  constructor(logger: FastifyBaseLogger) {
    this.#logger = logger
  }

  refused(code: string, nowMs: number): void {
    this.#unsaid++
    if (nowMs - this.#lastAtMs < INTERVAL_MS) return
    this.#logger.warn({ code, refused: this.#unsaid }, 'refusing requests for load')
    this.#lastAtMs = nowMs
    this.#unsaid = 0
  }
}

const INTERVAL_MS = 1000
