/** Time, as an argument: a test brings its own. */
export interface Clock {
  /** Milliseconds since the epoch. May jump. */
  nowMs(): number
  /** Milliseconds since some moment. Never jumps, never goes back. */
  monotonicMs(): number
  /** Calls once, after `delayMs`. Answers with what takes the call back. Does not keep a process alive. */
  schedule(delayMs: number, call: () => void): () => void
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, call) {
    const timer = setTimeout(call, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
