/**
 * The heartbeats of all quiet streams, on one timer: those that are nearly due at the same time beat together, so
 * that a thousand idle readers wake the process twice a second and not each for itself.
 */
export class Heartbeats {
  readonly #everyMs: number
  readonly #nowMs: () => number
  /** When each is due; the next is always the first, since all are as far apart. */
  readonly #dueMs = new Map<Beat, number>()
  #timer: NodeJS.Timeout | undefined

  /** `nowMs`: of a clock that never jumps. */
  constructor(everyMs: number, nowMs: () => number) {
    this.#everyMs = everyMs
    this.#nowMs = nowMs
  }

  /** Calls `beat` each time that nothing was written for so long, or by 1/32 longer. Dispose of it with its stream. */
  start(beat: Beat): Heartbeat {
    this.#timer ??= setInterval(() => this.tick(), this.#everyMs / STEPS)
    this.#postpone(beat)
    return {
      written: () => this.#postpone(beat),
      [Symbol.dispose]: () => this.#stop(beat),
    }
  }

  /** Beats for those that are due. The timer does it. */
  tick(): void {
    const nowMs = this.#nowMs()
    for (const [beat, dueMs] of this.#dueMs) {
      if (dueMs > nowMs) return
      this.#postpone(beat)
      beat()
    }
  }

  #postpone(beat: Beat): void {
    this.#dueMs.delete(beat)
    this.#dueMs.set(beat, this.#nowMs() + this.#everyMs)
  }

  #stop(beat: Beat): void {
    this.#dueMs.delete(beat)
    if (this.#dueMs.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

export interface Heartbeat extends Disposable {
  /** Something was: the next beat is not due before its time from now. */
  written(): void
}

type Beat = () => void

const STEPS = 32
