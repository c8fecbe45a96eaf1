import { LogError } from '@millrace/model/log-error'

/**
 * The bytes of bodies held in memory at once. Beyond the limit a request is refused before its body is read:
 * a queue would hold the bytes all the same.
 */
export class BodyBudget {
  readonly #maxBytes: number
  #heldBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Room for one body, which may grow; disposing gives it back. OVERLOADED when there is none. */
  open(bytes: number): BodyRoom {
    const room = new BodyRoom((more) => this.#take(more))
    room.grow(bytes)
    return room
  }

  #take(bytes: number): void {
    if (bytes > 0 && this.#heldBytes + bytes > this.#maxBytes) {
      throw new LogError(
        'OVERLOADED',
        `Requests under way hold ${this.#heldBytes} bytes of bodies, and ${this.#maxBytes} are allowed.`,
        { appended: false, retryAfterMs: RETRY_AFTER_MS },
      )
    }
    this.#heldBytes += bytes
  }
}

export class BodyRoom {
  readonly #take: (bytes: number) => void
  #bytes = 0

  constructor(take: (bytes: number) => void) {
    this.#take = take
  }

  grow(bytes: number): void {
    this.#take(bytes)
    this.#bytes += bytes
  }

  [Symbol.dispose](): void {
    this.#take(-this.#bytes)
    this.#bytes = 0
  }
}

/** Bodies come and go quickly; who is refused need not wait long. */
const RETRY_AFTER_MS = 1000
