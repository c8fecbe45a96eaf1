import type { Clock } from '@millrace/disk/clock'
import type { Log } from '@millrace/log/log'
import type { Offset } from '@millrace/model/offset'
import { Bell } from './bell.ts'
import { Deadlines } from './deadlines.ts'

/**
 * Readers at the end of their logs. None costs CPU, and those whose time runs out together share a timer. What one
 * holds while it waits is little: the garbage collector moves all of it, and of ten thousand readers that is most of
 * what they cost.
 */
export class Waits {
  readonly #deadlines: Deadlines
  #isStopped = false

  constructor(clock: Clock) {
    this.#deadlines = new Deadlines(clock)
  }

  get count(): number {
    return this.#deadlines.count
  }

  /**
   * True once one of the logs has records at and past its offset, or is removed, and at a `change`: look again. False
   * after `waitMs`, or just before, at the signal, and as soon as the broker stops.
   */
  forRecords(
    readers: readonly { readonly log: Log; readonly offset: Offset }[],
    { waitMs, signal, change = new Bell() }: WaitLimits,
  ): Promise<boolean> {
    if (this.#isStopped || waitMs <= 0 || signal?.aborted === true) return Promise.resolve(false)
    if (change.hasRung) return Promise.resolve(true)
    return new Promise((resolve) => {
      const end = (isWorthALook: boolean) => {
        signal?.removeEventListener('abort', giveUp)
        cancelTimer()
        for (const { log } of readers) log.unwatch(change.ring)
        resolve(isWorthALook)
      }
      const giveUp = () => end(false)
      signal?.addEventListener('abort', giveUp)
      const cancelTimer = this.#deadlines.schedule(waitMs, giveUp)
      change.listen(() => end(true))
      for (const { log, offset } of readers) {
        log.watch(offset, change.ring)
        // It ended at once, and nobody would take back what is added now.
        if (change.hasRung) break
      }
    })
  }

  /** Whoever waits goes on with what there is; nobody waits any more. */
  stop(): void {
    this.#isStopped = true
    this.#deadlines.callAll()
  }
}

export interface WaitLimits {
  readonly waitMs: number
  readonly signal: AbortSignal | undefined
  readonly change?: Bell
}
