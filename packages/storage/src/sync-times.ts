/** How long the latest journal syncs took, and how fast appends became durable in them. */
export class SyncTimes {
  readonly #seconds: number[] = []
  #count = 0
  #bytesPerSecond: number | undefined

  note(bytes: number, durationMs: number): void {
    const seconds = Math.max(durationMs, 0.01) / 1000
    this.#seconds[this.#count % KEPT] = seconds
    this.#count++
    const rate = bytes / seconds
    this.#bytesPerSecond =
      this.#bytesPerSecond === undefined
        ? rate
        : this.#bytesPerSecond + (rate - this.#bytesPerSecond) * WEIGHT_OF_LATEST
  }

  get count(): number {
    return this.#count
  }

  /** Oldest first. */
  get seconds(): readonly number[] {
    if (this.#count <= KEPT) return [...this.#seconds]
    const oldest = this.#count % KEPT
    return [...this.#seconds.slice(oldest), ...this.#seconds.slice(0, oldest)]
  }

  /** Undefined before the first. */
  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond
  }
}

const KEPT = 1_000
const WEIGHT_OF_LATEST = 0.05
