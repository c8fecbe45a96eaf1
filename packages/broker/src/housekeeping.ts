import type { Clock } from '@millrace/disk/clock'
import type { BrokerLogger } from './logger.ts'

/** Something to be done again and again. */
export interface Chore {
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<void>
}

/** All chores on one timer, one after the other. A chore that fails is told of, and has its next turn. */
export class Housekeeping {
  readonly #clock: Clock
  readonly #logger: BrokerLogger
  readonly #chores: { readonly chore: Chore; dueMs: number }[]
  #cancelTimer: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(clock: Clock, logger: BrokerLogger, chores: readonly Chore[]) {
    this.#clock = clock
    this.#logger = logger
    const nowMs = clock.monotonicMs()
    this.#chores = chores.map((chore) => ({ chore, dueMs: nowMs + chore.everyMs }))
    this.#schedule()
  }

  /** No chore begins after this call, and none is under way when it resolves. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer?.()
    await this.#running
  }

  #schedule(): void {
    if (this.#isStopped) return
    const dueMs = Math.min(...this.#chores.map((each) => each.dueMs))
    const delayMs = Math.max(0, dueMs - this.#clock.monotonicMs())
    this.#cancelTimer = this.#clock.schedule(delayMs, () => {
      this.#running = this.#runDue()
    })
  }

  async #runDue(): Promise<void> {
    for (const each of this.#chores) {
      if (this.#isStopped) return
      if (each.dueMs > this.#clock.monotonicMs()) continue
      try {
        await each.chore.run()
      } catch (error) {
        // What stops fails a chore that is under way, and that is nobody's concern.
        if (this.#isStopped) return
        this.#logger.warn({ chore: each.chore.name, err: error }, 'housekeeping failed')
      }
      each.dueMs = this.#clock.monotonicMs() + each.chore.everyMs
    }
    this.#schedule()
  }
}
