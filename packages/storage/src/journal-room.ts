import type { Clock } from '@millrace/disk/clock'
import type { Journal } from '@millrace/journal/journal'
import type { Health } from './health.ts'

/**
 * The journal's room, and who waits for it. With less than a quarter free, entries are formed no faster than
 * checkpoints free them, so that nobody ever meets a full journal suddenly.
 */
export class JournalRoom {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #health: Health
  #waiting: (() => void)[] = []
  /** Bytes a second that checkpoints freed of late; undefined before the first. */
  #freedRate: number | undefined
  /** Monotonic milliseconds. */
  #notBefore = 0
  #lastFreedMs: number

  constructor(journal: Journal, clock: Clock, health: Health) {
    this.#journal = journal
    this.#clock = clock
    this.#health = health
    this.#lastFreedMs = clock.monotonicMs()
    void health.failed.then(() => this.noteChange())
  }

  /** Half of what the journal may ever take is used: time for a checkpoint. */
  get isHalfUsed(): boolean {
    return this.#journal.bytesUsed * 2 >= this.#journal.bytesMax
  }

  /** Undefined until it is under a quarter free, and the rate is known: bytes a second. */
  get paceLimit(): number | undefined {
    const free = this.#journal.bytesMax - this.#journal.bytesUsed
    return free * 4 < this.#journal.bytesMax ? this.#freedRate : undefined
  }

  /** Resolves when an entry of this size can be written, or writing has failed. */
  async waitFor(size: number): Promise<void> {
    while (this.#journal.roomNow < size && this.#health.failure === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Resolves when the pace allows another entry. */
  async waitForPace(): Promise<void> {
    const wait = this.#notBefore - this.#clock.monotonicMs()
    if (wait > 0) await new Promise<void>((resolve) => this.#clock.schedule(wait, resolve))
  }

  noteEntry(size: number): void {
    const limit = this.paceLimit
    if (limit === undefined || limit <= 0) return
    const from = Math.max(this.#notBefore, this.#clock.monotonicMs())
    this.#notBefore = from + Math.min((size / limit) * 1000, PACE_MS_MAX)
  }

  /** A checkpoint is durable that needs no entry before `sequence`. */
  release(sequence: number): void {
    const before = this.#journal.bytesUsed
    this.#journal.release(sequence)
    const now = this.#clock.monotonicMs()
    const seconds = Math.max(now - this.#lastFreedMs, 1) / 1000
    this.#freedRate = (before - this.#journal.bytesUsed) / seconds
    this.#lastFreedMs = now
    this.noteChange()
  }

  /** A slot is free, or new: who waits looks again. */
  noteChange(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** One entry never has to wait longer, however slow the last checkpoint was. */
const PACE_MS_MAX = 1_000
