import assert from 'node:assert/strict'

/** Keeps the moment between two entries: when all that is formed is synced too. */
export class EntryGate {
  #isInside = false
  #failure: Error | undefined
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
    this.#callWaiting()
  }

  /** It is not: there is no such moment any more. */
  fail(failure: Error): void {
    assert(this.#isInside)
    this.#failure = failure
    this.#callWaiting()
  }

  /** Runs `look` between two entries: at once, or after the one that is under way. Rejects once one has failed. */
  between<T>(look: () => T): Promise<T> {
    const lookNow = () => {
      if (this.#failure !== undefined) throw this.#failure
      return look()
    }
    if (!this.#isInside || this.#failure !== undefined) return looked(lookNow)
    const { promise, resolve } = Promise.withResolvers<T>()
    this.#waiting.push(() => resolve(looked(lookNow)))
    return promise
  }

  #callWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const call of waiting) call()
  }
}

/** What it throws rejects the promise, and stops nobody else. */
function looked<T>(look: () => T): Promise<T> {
  return new Promise((resolve) => resolve(look()))
}
