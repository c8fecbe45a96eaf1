import assert from 'node:assert/strict'

/** Keeps the moment between two entries: when all that is formed is synced too. */
export class EntryGate {
  #isInside = false
  #waiting: (() => void)[] = []

  /** An entry is about to be formed. */
  enter(): void {
    assert(!this.#isInside)
    this.#isInside = true
  }

  /** It is synced, and what follows from that is done. */
  leave(): void {
    assert(this.#isInside)
    this.#isInside = false
    const waiting = this.#waiting
    this.#waiting = []
    for (const call of waiting) call()
  }

  /** Runs `look` between two entries: at once, or after the one that is under way. */
  between<T>(look: () => T): Promise<T> {
    if (!this.#isInside) return looked(look)
    const { promise, resolve } = Promise.withResolvers<T>()
    this.#waiting.push(() => resolve(looked(look)))
    return promise
  }
}

/** What it throws rejects the promise, and stops nobody else. */
function looked<T>(look: () => T): Promise<T> {
  return new Promise((resolve) => resolve(look()))
}
