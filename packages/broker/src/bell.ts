/** Rings when it is time to look again. Lighter than an AbortController, which every poll that waits would need. */
export class Bell {
  #hasRung = false
  #listener: (() => void) | undefined

  get hasRung(): boolean {
    return this.#hasRung
  }

  /** From here on it has not rung. */
  reset(): void {
    this.#hasRung = false
  }

  /** Who is to be called, instead of who was before. */
  listen(listener: () => void): void {
    this.#listener = listener
  }

  readonly ring = (): void => {
    this.#hasRung = true
    this.#listener?.()
  }
}
