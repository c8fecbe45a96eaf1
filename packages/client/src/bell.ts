/** Wakes whoever waits when something has happened; what that was, they see for themselves. */
export class Bell {
  #next = Promise.withResolvers<void>()

  ring(): void {
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  /** Resolves at the next ring. */
  async next(): Promise<void> {
    await this.#next.promise
  }
}
