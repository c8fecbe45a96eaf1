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
    return new Promise((resolve, reject) => {
      const call = () => {
        try {
          resolve(look())
        } catch (error) {
          reject(error)
        }
      }
      if (this.#isInside) this.#waiting.push(call)
      else call()
    })
  }
}
