/** How a topic is consumed, and how the consumers fail. */
export interface Plan {
  readonly seed: number
  readonly partitions: number
  /** At a time. */
  readonly workers: number
  /** Of a worker: how many handlers run at once. */
  readonly concurrency: number
  readonly lockMs: number
  readonly stallMs: number
  readonly retryDelayMs: number
  /** A worker is killed when it has begun so many deliveries, drawn anew for each: at least, and fewer than. */
  readonly killAfter: readonly [number, number]
}

export const FULL_PLAN: Plan = {
  seed: 1,
  partitions: 4,
  workers: 8,
  concurrency: 3,
  // As short as a group may have it.
  lockMs: 1_000,
  stallMs: 1_500,
  retryDelayMs: 200,
  killAfter: [50, 150],
}
