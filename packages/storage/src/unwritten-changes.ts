/**
 * Changes of an indexed state that LMDB does not have yet. What is being written stays readable here until
 * the transaction is through; should it fail, it is unwritten again, under what came since.
 */
export class UnwrittenChanges {
  /** Null: removed. */
  #waiting = new Map<string, Uint8Array | null>()
  #inFlight: ReadonlyMap<string, Uint8Array | null> = NONE

  get size(): number {
    return this.#waiting.size + this.#inFlight.size
  }

  set(key: string, value: Uint8Array | null): void {
    this.#waiting.set(key, value)
  }

  /** Undefined: nothing is known here, ask LMDB. */
  get(key: string): Uint8Array | null | undefined {
    const value = this.#waiting.get(key)
    return value === undefined ? this.#inFlight.get(key) : value
  }

  /** Sorted, each once: keys with `prefix`, past `after`. */
  keys(prefix: string, after: string): readonly string[] {
    const found = new Set<string>()
    for (const changes of [this.#waiting, this.#inFlight]) {
      for (const key of changes.keys()) if (key > after && key.startsWith(prefix)) found.add(key)
    }
    // Keys are ASCII, so that this order is that of their bytes, which is LMDB's.
    return [...found].sort()
  }

  /** What to write now; until `written` or `notWritten`, there is no second. */
  take(): ReadonlyMap<string, Uint8Array | null> {
    this.#inFlight = this.#waiting
    this.#waiting = new Map()
    return this.#inFlight
  }

  written(): void {
    this.#inFlight = NONE
  }

  notWritten(): void {
    this.#waiting = new Map([...this.#inFlight, ...this.#waiting])
    this.#inFlight = NONE
  }
}

const NONE: ReadonlyMap<string, Uint8Array | null> = new Map()
