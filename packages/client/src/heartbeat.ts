/** Something to be done every so often, one after the other, between `start` and `stop`. */
export class Heartbeat {
  readonly #beat: () => Promise<void>
  #timer: ReturnType<typeof setTimeout> | undefined
  #beating: Promise<void> | undefined
  #isOn = false

  constructor(beat: () => Promise<void>) {
    this.#beat = beat
  }

  /** The first is due in one interval. Started already, it goes on as it is. */
  start(intervalMs: number | undefined): void {
    if (this.#isOn || intervalMs === undefined) return
    this.#isOn = true
    this.#schedule(intervalMs)
  }

  /** None is under way when it resolves. */
  async stop(): Promise<void> {
    this.#isOn = false
    clearTimeout(this.#timer)
    await this.#beating
  }

  #schedule(intervalMs: number): void {
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat().finally(() => {
        this.#beating = undefined
        if (this.#isOn) this.#schedule(intervalMs)
      })
    }, intervalMs)
  }
}
