import type { ServerResponse } from 'node:http'

/** The waits of readers: each ends when its reader goes away, and all end when the server stops. */
export class OpenWaits {
  readonly #open = new Set<AbortController>()
  #isStopping = false

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** A wait for `response`. Dispose of it when the waiting is over. */
  open(response: ServerResponse): OpenWait {
    const controller = new AbortController()
    const abort = () => controller.abort()
    if (this.#isStopping || response.destroyed) controller.abort()
    this.#open.add(controller)
    response.once('close', abort)
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        this.#open.delete(controller)
        response.removeListener('close', abort)
      },
    }
  }

  stop(): void {
    this.#isStopping = true
    for (const controller of this.#open) controller.abort()
  }
}

export interface OpenWait extends Disposable {
  readonly signal: AbortSignal
}
