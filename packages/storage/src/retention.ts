import type { Clock } from '@millrace/disk/clock'
import type { RetainedSegment } from '@millrace/log/retained-segments'
import type { Offset } from '@millrace/model/offset'

export interface RetentionLimits {
  /** -1: without limit. */
  readonly retentionMs: number
  /** -1: without limit. */
  readonly retentionBytes: number
}

/**
 * Where a log begins once everything is deleted that its limits do not keep: whole segments from the oldest on,
 * none beyond the high watermark. As Kafka does: first by size, never going below the limit, then by age.
 */
export async function retainedFrom(
  segments: readonly RetainedSegment[],
  limits: RetentionLimits,
  bounds: {
    readonly logStartOffset: Offset
    readonly highWatermark: Offset
    /** Undefined: the clock cannot be trusted now, and nothing is deleted by age. */
    readonly nowMs: number | undefined
  },
): Promise<Offset> {
  let logStartOffset = bounds.logStartOffset
  const left = segments.filter(({ nextOffset }) => nextOffset > logStartOffset)
  const deletable = left.filter(
    ({ bytes, nextOffset }) => bytes > 0 && nextOffset <= bounds.highWatermark,
  )
  let count = bySize(left, deletable, limits.retentionBytes)
  const { nowMs } = bounds
  if (nowMs !== undefined && limits.retentionMs >= 0) {
    for (; count < deletable.length; count++) {
      const newestMs = (await deletable[count]?.newestMs()) ?? nowMs
      if (nowMs - newestMs <= limits.retentionMs) break
    }
  }
  for (const segment of deletable.slice(0, count)) logStartOffset = segment.nextOffset
  return logStartOffset
}

/**
 * Whether the clock can be trusted with deleting by age. A clock that jumps must not delete a year of records: so
 * not right after a start, not while it is behind what it once said, not once it has left the monotonic one.
 */
export class RetentionClock {
  readonly #clock: Clock
  readonly #lastCheckpointMs: number
  readonly #startedMs: number
  readonly #startedMonotonicMs: number

  /** `lastCheckpointMs`: what the clock said when the last life made its last checkpoint. */
  constructor(clock: Clock, lastCheckpointMs: number) {
    this.#clock = clock
    this.#lastCheckpointMs = lastCheckpointMs
    this.#startedMs = clock.nowMs()
    this.#startedMonotonicMs = clock.monotonicMs()
  }

  /** Epoch milliseconds, when they can be trusted. */
  get nowMs(): number | undefined {
    const nowMs = this.#clock.nowMs()
    const elapsedMs = this.#clock.monotonicMs() - this.#startedMonotonicMs
    const jumpedMs = Math.abs(nowMs - this.#startedMs - elapsedMs)
    const isTrusted =
      elapsedMs >= PAUSE_AFTER_START_MS &&
      nowMs >= this.#lastCheckpointMs &&
      jumpedMs <= JUMP_MS_MAX
    return isTrusted ? nowMs : undefined
  }
}

function bySize(
  segments: readonly RetainedSegment[],
  deletable: readonly RetainedSegment[],
  retentionBytes: number,
): number {
  if (retentionBytes < 0) return 0
  let excess = -retentionBytes
  for (const { bytes } of segments) excess += bytes
  let count = 0
  for (const { bytes } of deletable) {
    if (excess - bytes < 0) break
    excess -= bytes
    count++
  }
  return count
}

const MINUTE_MS = 60_000
const PAUSE_AFTER_START_MS = 10 * MINUTE_MS
const JUMP_MS_MAX = MINUTE_MS
