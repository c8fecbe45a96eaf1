import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The waits of readers: each ends when its reader goes away, and all end when the server stops. A connection has one
 * signal for all of its requests: a long poll is renewed over and over, and a signal of its own is a kilobyte.
 */
export class OpenWaits {
  readonly #byConnection = new Map<Socket, AbortController>()
  #isStopping = false

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Whoever listens to it stops listening when the waiting is over. */
  signal({ socket }: IncomingMessage): AbortSignal {
    const controller = this.#byConnection.get(socket) ?? this.#open(socket)
    return controller.signal
  }

  stop(): void {
    this.#isStopping = true
    for (const controller of this.#byConnection.values()) controller.abort()
  }

  #open(socket: Socket): AbortController {
    const controller = new AbortController()
    if (this.#isStopping || socket.destroyed) {
      controller.abort()
      return controller
    }
    this.#byConnection.set(socket, controller)
    socket.once('close', () => {
      this.#byConnection.delete(socket)
      controller.abort()
    })
    return controller
  }
}
