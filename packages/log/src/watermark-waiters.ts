import type { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'

/** Readers at the end of a log. Nothing runs until the high watermark moves. */
export class WatermarkWaiters {
  readonly #waiting = new Set<Waiter>()

  get count(): number {
    return this.#waiting.size
  }

  /** Resolves once `wake` is called with more than `above`; rejects with the signal's reason. */
  wait(above: Offset, signal: AbortSignal | undefined): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    const waiter: Waiter = { above, resolve, reject }
    const abort = () => {
      this.#waiting.delete(waiter)
      reject(signal?.reason)
    }
    this.#waiting.add(waiter)
    if (signal === undefined) return promise
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', abort))
  }

  wake(highWatermark: Offset): void {
    if (this.#waiting.size === 0) return
    for (const waiter of this.#waiting) {
      if (highWatermark <= waiter.above) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }

  /** Nothing will come any more. */
  dismiss(error: LogError): void {
    for (const waiter of this.#waiting) waiter.reject(error)
    this.#waiting.clear()
  }
}

interface Waiter {
  readonly above: Offset
  readonly resolve: () => void
  readonly reject: (error: LogError) => void
}
