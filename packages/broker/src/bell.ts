/** Rings once. Lighter than an AbortController, of which every poll that waits would need one more. */
export class Bell {
  #hasRung = false
  #listener: (() => void) | undefined

  get hasRung(): boolean {
    return this.#hasRung
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
