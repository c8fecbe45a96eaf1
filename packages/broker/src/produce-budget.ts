import assert from 'node:assert/strict'
import type { Clock } from '@millrace/disk/clock'
import { LogError } from '@millrace/model/log-error'

/** Bytes of records that wait for the disk, up to a limit; and how fast they leave. */
export class ProduceBudget {
  readonly #clock: Clock
  readonly #maxBytes: number
  #heldBytes = 0
  #refused = 0
  /** Bytes a second, while there is something to do. */
  #drainRate = DRAIN_RATE_AT_FIRST
  #drainedBytes = 0
  #measuredSinceMs = 0

  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock
    this.#maxBytes = maxBytes
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** How many were refused so far. */
  get refused(): number {
    return this.#refused
  }

  /** Runs `append` while holding its bytes. OVERLOADED when there is no room: a queue would only hide it. */
  async hold<T>(bytes: number, append: () => Promise<T>): Promise<T> {
    // Whatever its size, one produce at a time always fits.
    if (this.#heldBytes > 0 && this.#heldBytes + bytes > this.#maxBytes) throw this.#refuse(bytes)
    if (this.#heldBytes === 0) this.#beginMeasuring()
    this.#heldBytes += bytes
    try {
      return await append()
    } finally {
      this.#heldBytes -= bytes
      assert(this.#heldBytes >= 0)
      this.#measure(bytes)
    }
  }

  #refuse(bytes: number): LogError {
    this.#refused++
    const excess = this.#heldBytes + bytes - this.#maxBytes
    const waitMs = Math.ceil((excess / this.#drainRate) * 1_000)
    const retryAfterMs = Math.min(Math.max(waitMs, RETRY_AFTER_MIN_MS), RETRY_AFTER_MAX_MS)
    return new LogError('OVERLOADED', `${this.#heldBytes} bytes wait for the disk.`, {
      appended: false,
      retryAfterMs,
    })
  }

  /** Time without work says nothing of how fast the disk is. */
  #beginMeasuring(): void {
    this.#drainedBytes = 0
    this.#measuredSinceMs = this.#clock.monotonicMs()
  }

  #measure(bytes: number): void {
    this.#drainedBytes += bytes
    const elapsedMs = this.#clock.monotonicMs() - this.#measuredSinceMs
    if (elapsedMs < MEASURED_FOR_MS) return
    this.#drainRate = Math.max(DRAIN_RATE_MIN, (this.#drainedBytes / elapsedMs) * 1_000)
    this.#beginMeasuring()
  }
}

const MiB = 1024 * 1024
const DRAIN_RATE_AT_FIRST = 50 * MiB
/** Keeps a first, slow sync from sending everybody away for minutes. */
const DRAIN_RATE_MIN = 64 * 1024
const MEASURED_FOR_MS = 500
const RETRY_AFTER_MIN_MS = 10
const RETRY_AFTER_MAX_MS = 30_000
