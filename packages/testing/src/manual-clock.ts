import type { Clock } from '@millrace/disk/clock'

/** Time that moves when the test says so. Both of its clocks begin where they are told to. */
export class ManualClock implements Clock {
  #nowMs: number
  #monotonicMs = 0
  #calls: ScheduledCall[] = []

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  schedule(delayMs: number, call: () => void): () => void {
    const scheduled: ScheduledCall = { atMs: this.#monotonicMs + delayMs, call }
    this.#calls.push(scheduled)
    return () => {
      this.#calls = this.#calls.filter((other) => other !== scheduled)
    }
  }

  /** How many calls are waiting for their time. */
  get scheduledCount(): number {
    return this.#calls.length
  }

  /** Lets time pass on both clocks, making each call at its own moment, the earliest first. */
  advance(byMs: number): void {
    const untilMs = this.#monotonicMs + byMs
    for (;;) {
      const next = this.#earliest()
      if (next === undefined || next.atMs > untilMs) break
      this.#calls = this.#calls.filter((other) => other !== next)
      this.#pass(Math.max(0, next.atMs - this.#monotonicMs))
      next.call()
    }
    this.#pass(untilMs - this.#monotonicMs)
  }

  /** Somebody sets the wall clock: the monotonic one does not notice. */
  jumpTo(nowMs: number): void {
    this.#nowMs = nowMs
  }

  #pass(byMs: number): void {
    this.#nowMs += byMs
    this.#monotonicMs += byMs
  }

  #earliest(): ScheduledCall | undefined {
    let earliest: ScheduledCall | undefined
    for (const call of this.#calls) {
      if (earliest === undefined || call.atMs < earliest.atMs) earliest = call
    }
    return earliest
  }
}

interface ScheduledCall {
  readonly atMs: number
  readonly call: () => void
}
