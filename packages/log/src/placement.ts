import type { Offset, Position } from '@millrace/model/offset'

/** The segment that the next batch goes to, counting batches that are not on disk yet. */
export interface ActiveSegment {
  readonly baseOffset: Offset
  readonly bytes: Position
  /** Of its first batch, the largest; undefined while it is empty. Milliseconds since the epoch. */
  readonly firstTimestamp: number | undefined
  /** When this process first had it, for batches without a timestamp. */
  readonly openedMs: number
}

export interface BatchToPlace {
  readonly sizeInBytes: number
  readonly baseOffset: Offset
  readonly lastOffset: Offset
  /** Milliseconds since the epoch; with LogAppendTime, the time it is given. */
  readonly maxTimestamp: number
}

export interface RollLimits {
  readonly segmentBytes: number
  readonly segmentMs: number
}

export interface RollConditions {
  readonly nowMs: number
  readonly hasIndexRoom: boolean
  readonly logStartOffset: Offset
}

/** Whether a new segment begins with this batch: Kafka's rule, and when all that came before is deleted. */
export function shouldRoll(
  active: ActiveSegment,
  batch: BatchToPlace,
  limits: RollLimits,
  conditions: RollConditions,
): boolean {
  // A batch larger than a segment may be gets one of its own.
  if (active.bytes === 0) return false
  return (
    active.bytes + batch.sizeInBytes > limits.segmentBytes ||
    waitedMs(active, batch, conditions.nowMs) > limits.segmentMs ||
    !conditions.hasIndexRoom ||
    batch.lastOffset - active.baseOffset > RELATIVE_OFFSET_MAX ||
    conditions.logStartOffset >= batch.baseOffset
  )
}

/** The active segment once it has the batch. */
export function withBatch(
  active: ActiveSegment,
  batch: Pick<BatchToPlace, 'sizeInBytes' | 'maxTimestamp'>,
): ActiveSegment {
  return {
    baseOffset: active.baseOffset,
    bytes: (active.bytes + batch.sizeInBytes) as Position,
    firstTimestamp: active.bytes === 0 ? batch.maxTimestamp : active.firstTimestamp,
    openedMs: active.openedMs,
  }
}

export function emptySegment(baseOffset: Offset, nowMs: number): ActiveSegment {
  return { baseOffset, bytes: 0 as Position, firstTimestamp: undefined, openedMs: nowMs }
}

function waitedMs(active: ActiveSegment, batch: BatchToPlace, nowMs: number): number {
  const { firstTimestamp } = active
  if (firstTimestamp !== undefined && firstTimestamp >= 0) {
    return batch.maxTimestamp - firstTimestamp
  }
  return nowMs - active.openedMs
}

/** Index files hold offsets relative to the segment's base, as signed 32-bit integers. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1
