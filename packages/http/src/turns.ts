/**
 * Turns of the event loop, one after the other to those who ask. Work of milliseconds takes one: several pieces in one
 * turn would hold up all else, the syncs that others wait for too.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /** Resolves in a turn that nobody else who asked here has. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => new Promise((resolve) => void setImmediate(resolve)))
    return this.#last
  }
}
