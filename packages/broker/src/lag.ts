import type { Clock } from '@millrace/disk/clock'
import type { Log } from '@millrace/log/log'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'

export interface Lag {
  /** High watermark less committed offset, in records. */
  readonly lag: number
  /** 0 without lag, else now less the timestamp of the record at the committed offset. Never below 0. */
  readonly lagMs: number
}

/** How far a reader at `committed` is behind. Read when it is asked for, never stored. */
export async function lagOf(log: Log, committed: Offset, clock: Clock): Promise<Lag> {
  const lag = lagInRecords(log, committed)
  if (lag === 0) return { lag, lagMs: 0 }
  const timestamp = await timestampFrom(log, committed)
  return { lag, lagMs: timestamp === undefined ? 0 : Math.max(0, clock.nowMs() - timestamp) }
}

export function lagInRecords(log: Log, committed: Offset): number {
  return Math.max(0, log.highWatermark - committed)
}

/** Of the first record at or after `offset` that is still there. */
export async function timestampFrom(log: Log, offset: Offset): Promise<number | undefined> {
  try {
    return await log.timestampAt(Math.max(offset, log.logStartOffset) as Offset)
  } catch (error) {
    // The log was trimmed meanwhile, or cannot be read there: what is committed is still to be told.
    if (error instanceof LogError) return undefined
    throw error
  }
}
