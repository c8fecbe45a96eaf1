/**
 * Memory of large bodies, used again: V8 collects its whole heap to learn that such memory could go. Whoever borrows
 * it keeps no piece of it beyond its time, or one client would be shown what another one sent.
 */
export class BodyMemory {
  /** What was given back, the longest unused first. */
  #free: Buffer[] = []
  #freeBytes = 0

  /** At least so many bytes, of whatever they held; disposing gives them back. Little memory is not used again. */
  borrow(bytes: number): BorrowedMemory {
    if (bytes < STEP_BYTES) return ownMemory(bytes)
    const memory = this.#takeFree(bytes) ?? Buffer.allocUnsafeSlow(roundedUp(bytes))
    return { memory, [Symbol.dispose]: () => this.#giveBack(memory) }
  }

  /** The smallest that is large enough, if it is not far too large. */
  #takeFree(bytes: number): Buffer | undefined {
    let best: Buffer | undefined
    for (const free of this.#free) {
      if (free.length < bytes || free.length > roundedUp(bytes) * 2) continue
      if (best === undefined || free.length < best.length) best = free
    }
    if (best !== undefined) this.#remove(best)
    return best
  }

  #giveBack(memory: Buffer): void {
    this.#free.push(memory)
    this.#freeBytes += memory.length
    while (this.#freeBytes > FREE_BYTES_MAX) this.#freeBytes -= this.#free.shift()?.length ?? 0
  }

  #remove(memory: Buffer): void {
    this.#free = this.#free.filter((other) => other !== memory)
    this.#freeBytes -= memory.length
  }
}

export interface BorrowedMemory extends Disposable {
  readonly memory: Buffer
}

/** Memory that nobody else gets. */
export function ownMemory(bytes: number): BorrowedMemory {
  return { memory: Buffer.allocUnsafe(bytes), [Symbol.dispose]: () => undefined }
}

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / STEP_BYTES) * STEP_BYTES
}

/** So that bodies of about the same length share their memory. */
const STEP_BYTES = 64 * 1024
/** Kept while nobody uses it. */
const FREE_BYTES_MAX = 16 * 1024 * 1024
