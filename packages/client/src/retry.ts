import { delay } from './delay.ts'
import { MillraceError } from './millrace-error.ts'

export interface RetryOptions {
  /** By `performance.now()`: no attempt begins after it, but the first always does. */
  readonly deadlineMs: number
  /** Doing it twice is the same as doing it once. */
  readonly isIdempotent: boolean
  readonly signal?: AbortSignal | undefined
}

/** Attempts until one succeeds, fails for good, or the time is up; then the last failure is thrown. */
export async function withRetries<T>(
  options: RetryOptions,
  attemptOnce: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attemptOnce()
    } catch (error) {
      if (!(error instanceof MillraceError) || !mayRetry(error, options.isIdempotent)) throw error
      const delayMs = retryDelayMs(failures, error.problem?.retryAfterMs, Math.random())
      if (performance.now() + delayMs > options.deadlineMs) throw error
      await delay(delayMs, options.signal)
    }
  }
}

/** What may have been carried out is only repeated when that does no harm. */
export function mayRetry(error: MillraceError, isIdempotent: boolean): boolean {
  return error.retriable && (isIdempotent || error.appended === false)
}

/**
 * How long to wait after so many failures in a row: twice as long each time, up to a second, and spread, so
 * that those who failed together do not come back together. What the server asks for comes first.
 */
export function retryDelayMs(
  failures: number,
  retryAfterMs: number | undefined,
  random: number,
): number {
  const ceiling = Math.min(RETRY_DELAY_MAX_MS, RETRY_DELAY_MIN_MS * 2 ** (failures - 1))
  return (retryAfterMs ?? ceiling / 2) + (random * ceiling) / 2
}

const RETRY_DELAY_MIN_MS = 50
export const RETRY_DELAY_MAX_MS = 1000
