import { LogError } from '@millrace/model/log-error'
import type { BrokerLogger } from './logger.ts'

/** Tells, once each time, that produce is refused for want of room, and that it goes on again. */
export class RoomWatch {
  readonly #logger: BrokerLogger
  #isFull = false

  constructor(logger: BrokerLogger) {
    this.#logger = logger
  }

  noteFailure(error: unknown): void {
    if (this.#isFull || !(error instanceof LogError) || error.code !== 'STORAGE_FULL') return
    this.#isFull = true
    this.#logger.warn({ reason: error.detail }, 'disk nearly full: produce is refused')
  }

  noteSuccess(): void {
    if (!this.#isFull) return
    this.#isFull = false
    this.#logger.info({}, 'room on the disk again: produce goes on')
  }
}
