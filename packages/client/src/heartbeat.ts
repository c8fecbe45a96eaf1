/** Something to be done every so often, one after the other, between `start` and `stop`. */
export class Heartbeat {
  readonly #beat: () => Promise<void>
  #timer: ReturnType<typeof setTimeout> | undefined
  #beating: Promise<void> | undefined
  /** Undefined: it is stopped. */
  #intervalMs: number | undefined

  constructor(beat: () => Promise<void>) {
    this.#beat = beat
  }

  /** The first is due in one interval. Started already, it goes on as it is. */
  start(intervalMs: number | undefined): void {
    if (this.#intervalMs !== undefined) return
    this.#intervalMs = intervalMs
    // One that is under way goes on to the next by itself.
    if (this.#beating === undefined) this.#schedule()
  }

  /** None is under way when it resolves. */
  async stop(): Promise<void> {
    this.#intervalMs = undefined
    clearTimeout(this.#timer)
    await this.#beating
  }

  #schedule(): void {
    if (this.#intervalMs === undefined) return
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat().finally(() => {
        this.#beating = undefined
        this.#schedule()
      })
    }, this.#intervalMs)
  }
}
