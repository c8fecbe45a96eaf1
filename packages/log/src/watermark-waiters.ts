import type { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'

/** What a reader is woken by, once: with a failure when nothing will come any more. */
export type Wake = (failure?: LogError) => void

/**
 * Readers at the end of a log. Nothing runs until the high watermark moves, and each costs one entry: thousands wait
 * for a long time, and what they hold meanwhile is what the garbage collector has to move.
 */
export class WatermarkWaiters {
  readonly #waiting = new Map<Wake, Offset>()

  get count(): number {
    return this.#waiting.size
  }

  /** Until `wakeBelow` is called with more than `above`, all are dismissed, or this one is forgotten. */
  add(above: Offset, wake: Wake): void {
    this.#waiting.set(wake, above)
  }

  forget(wake: Wake): void {
    this.#waiting.delete(wake)
  }

  wakeBelow(highWatermark: Offset): void {
    for (const [wake, above] of this.#waiting) {
      if (highWatermark <= above) continue
      this.#waiting.delete(wake)
      wake()
    }
  }

  /** Nothing will come any more. */
  dismiss(failure: LogError): void {
    for (const wake of this.#waiting.keys()) {
      this.#waiting.delete(wake)
      wake(failure)
    }
  }
}
