import type { Clock } from '@millrace/disk/clock'
import type { Log } from '@millrace/log/log'
import type { Offset } from '@millrace/model/offset'
import type { Bell } from './bell.ts'
import { Deadlines } from './deadlines.ts'

/** Readers at the end of a log. None costs CPU, and those whose time runs out together share a timer. */
export class Waits {
  readonly #deadlines: Deadlines
  readonly #waiting = new Set<AbortController>()
  #isStopped = false

  constructor(clock: Clock) {
    this.#deadlines = new Deadlines(clock)
  }

  get count(): number {
    return this.#waiting.size
  }

  /**
   * True once records at and past `offset` can be read; false after `waitMs`, or just before, and as soon as the
   * broker stops. Rejects with the signal's reason, and UNKNOWN_TOPIC_OR_PARTITION when the log is removed.
   */
  async forRecords(
    log: Log,
    offset: Offset,
    limits: { readonly waitMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<boolean> {
    const { waitMs, signal } = limits
    signal?.throwIfAborted()
    if (this.#isStopped || waitMs <= 0) return false
    const controller = new AbortController()
    const giveUp = () => controller.abort(signal?.reason)
    const cancelTimer = this.#deadlines.schedule(waitMs, () => controller.abort(TIME_IS_UP))
    signal?.addEventListener('abort', giveUp, { once: true })
    this.#waiting.add(controller)
    try {
      await log.waitForHighWatermark(offset, controller.signal)
      return true
    } catch (error) {
      if (error === TIME_IS_UP) return false
      throw error
    } finally {
      this.#waiting.delete(controller)
      signal?.removeEventListener('abort', giveUp)
      cancelTimer()
    }
  }

  /**
   * True once one of the logs has records at and past its offset, or is removed, and at a `change`; false after
   * `waitMs`, at the signal, and as soon as the broker stops.
   */
  async forAny(
    readers: readonly { readonly log: Log; readonly offset: Offset }[],
    limits: {
      readonly waitMs: number
      readonly signal: AbortSignal | undefined
      readonly change: Bell
    },
  ): Promise<boolean> {
    const { waitMs, signal, change } = limits
    if (this.#isStopped || waitMs <= 0 || signal?.aborted === true) return false
    if (change.hasRung) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const controller = new AbortController()
    const giveUp = () => resolve(false)
    const lookAgain = () => resolve(true)
    const cancelTimer = this.#deadlines.schedule(waitMs, giveUp)
    signal?.addEventListener('abort', giveUp, { once: true })
    change.listen(lookAgain)
    controller.signal.addEventListener('abort', giveUp, { once: true })
    this.#waiting.add(controller)
    for (const { log, offset } of readers) {
      // A log that is removed ends the wait, too: whoever looks again finds out.
      log.waitForHighWatermark(offset, controller.signal).then(lookAgain, lookAgain)
    }
    try {
      return await promise
    } finally {
      this.#waiting.delete(controller)
      controller.abort(TIME_IS_UP)
      signal?.removeEventListener('abort', giveUp)
      cancelTimer()
    }
  }

  /** Whoever waits goes on with what there is; nobody waits any more. */
  stop(): void {
    this.#isStopped = true
    for (const controller of this.#waiting) controller.abort(TIME_IS_UP)
  }
}

const TIME_IS_UP = new Error('The time to wait is over.')
