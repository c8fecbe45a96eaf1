import type { Clock } from '@millrace/disk/clock'

/**
 * The ends of many waits, on few timers: those that are nearly at the same time are at the same time. A thousand
 * readers that come back as their waits run out then wake a sleeping process a few times a second, all warm but the
 * first, and not each for itself: a third of the CPU.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #callsAt = new Map<number, Set<() => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many calls wait for their time. */
  get count(): number {
    let count = 0
    for (const calls of this.#callsAt.values()) count += calls.size
    return count
  }

  /** Makes all calls that wait, before their time. */
  callAll(): void {
    for (const calls of this.#callsAt.values()) for (const call of calls) call()
  }

  /** Calls once, not after `delayMs` and at most 1/64 of it before. Answers with what takes the call back. */
  schedule(delayMs: number, call: () => void): () => void {
    const nowMs = this.#clock.monotonicMs()
    // A power of two, so that the steps of different delays fall together.
    const stepMs = 2 ** Math.floor(Math.log2(delayMs / STEPS))
    const atMs = Math.floor((nowMs + delayMs) / stepMs) * stepMs
    const calls = this.#callsAt.get(atMs) ?? this.#start(atMs, atMs - nowMs)
    calls.add(call)
    return () => void calls.delete(call)
  }

  #start(atMs: number, delayMs: number): Set<() => void> {
    const calls = new Set<() => void>()
    this.#callsAt.set(atMs, calls)
    this.#clock.schedule(delayMs, () => {
      this.#callsAt.delete(atMs)
      for (const call of calls) call()
    })
    return calls
  }
}

const STEPS = 64
