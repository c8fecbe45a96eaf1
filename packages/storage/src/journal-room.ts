import type { Clock } from '@millrace/disk/clock'
import type { Journal } from '@millrace/journal/journal'
import type { JournalPlace } from '@millrace/journal/slots'
import type { Health } from './health.ts'

/** Up to which entry a checkpoint has everything. */
export interface JournalMark {
  readonly next: JournalPlace & { readonly sequence: number }
  readonly writtenBytes: number
  /** Monotonic milliseconds. */
  readonly takenMs: number
}

/**
 * The journal's room, and who waits for it. With less than a quarter free, entries are formed no faster than
 * checkpoints free them, so that nobody ever meets a full journal suddenly.
 */
export class JournalRoom {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #health: Health
  #waiting: (() => void)[] = []
  /** Bytes a second that the last checkpoint freed; undefined before the first. */
  #freedRate: number | undefined
  /** Of entries, in this life; and of those that the last checkpoint covers. */
  #writtenBytes = 0
  #releasedBytes = 0
  /** Monotonic milliseconds. */
  #notBefore = 0

  constructor(journal: Journal, clock: Clock, health: Health) {
    this.#journal = journal
    this.#clock = clock
    this.#health = health
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

  /** Resolves when the pace allows another entry, or writing has failed. */
  async waitForPace(): Promise<void> {
    while (this.#health.failure === undefined) {
      const waitMs = this.#notBefore - this.#clock.monotonicMs()
      if (waitMs <= 0) return
      await new Promise<void>((resolve) => {
        this.#clock.schedule(waitMs, resolve)
        this.#waiting.push(resolve)
      })
    }
  }

  noteEntry(size: number): void {
    this.#writtenBytes += size
    const limit = this.paceLimit
    if (limit === undefined || limit <= 0) return
    const from = Math.max(this.#notBefore, this.#clock.monotonicMs())
    this.#notBefore = from + Math.min((size / limit) * 1000, PACE_MS_MAX)
  }

  /** Now, between two entries, a checkpoint is taken. */
  mark(): JournalMark {
    const { next } = this.#journal
    return { next, writtenBytes: this.#writtenBytes, takenMs: this.#clock.monotonicMs() }
  }

  /** It is durable: no entry before it is needed any more. */
  release(mark: JournalMark): void {
    this.#journal.release(mark.next.sequence)
    const seconds = Math.max(this.#clock.monotonicMs() - mark.takenMs, 1) / 1000
    const freedBytes = mark.writtenBytes - this.#releasedBytes
    if (freedBytes > 0) this.#freedRate = freedBytes / seconds
    this.#releasedBytes = mark.writtenBytes
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
