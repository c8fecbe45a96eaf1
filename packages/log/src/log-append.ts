import assert from 'node:assert/strict'
import { stampAppendTime, stampBatch } from '@millrace/model/batch-stamp'
import { advance, type Offset, type Position } from '@millrace/model/offset'
import { type BatchHeader, readBatchHeader } from '@millrace/model/record-batch'
import type { LogState } from './log-state.ts'
import type { PendingBatch } from './pending.ts'
import { type BatchToPlace, emptySegment, shouldRoll, withBatch } from './placement.ts'
import { TIME_INDEX_ENTRY_SIZE } from './time-index.ts'

/** Batches of one append that lie side by side in one segment. */
export interface PlacedRun {
  readonly baseOffset: Offset
  /** The segment's base offset. */
  readonly segment: Offset
  readonly position: Position
  readonly length: number
  readonly batches: readonly PlacedBatch[]
}

interface PlacedBatch {
  readonly baseOffset: Offset
  readonly sizeInBytes: number
  /** With LogAppendTime. */
  readonly appendTime: number | undefined
}

/** Gives batches the next offsets and their places, rolling where Kafka's rule says so. */
export function placeBatches(
  log: LogState,
  headers: readonly BatchHeader[],
  times: { readonly nowMs: number; readonly lastAppendTime: number },
): readonly PlacedRun[] {
  // LogAppendTime never falls, whatever the clock does.
  const appendTime =
    log.config.messageTimestampType === 'LogAppendTime'
      ? Math.max(times.lastAppendTime, times.nowMs)
      : undefined
  const runs: PlacedRun[] = []
  let batches: PlacedBatch[] = []
  for (const header of headers) {
    const batch: BatchToPlace = {
      sizeInBytes: header.sizeInBytes,
      baseOffset: log.logEndOffset,
      lastOffset: advance(log.logEndOffset, header.lastOffsetDelta),
      maxTimestamp: appendTime ?? header.maxTimestamp,
    }
    if (rolls(log, batch, times.nowMs)) {
      log.active = emptySegment(log.logEndOffset, times.nowMs)
      batches = []
    }
    if (batches.length === 0) {
      const { baseOffset: segment, bytes: position } = log.active
      runs.push({ baseOffset: batch.baseOffset, segment, position, batches, length: 0 })
    }
    batches.push({ baseOffset: batch.baseOffset, sizeInBytes: batch.sizeInBytes, appendTime })
    log.active = withBatch(log.active, batch)
    log.logEndOffset = advance(batch.lastOffset, 1)
  }
  return runs.map((run) => ({ ...run, length: lengthOf(run.batches) }))
}

/** Stamps the run's batches where they lie. Their bytes must not change any more. */
export function stampRun(
  run: PlacedRun,
  bytes: Uint8Array,
  leaderEpoch: number,
): readonly PendingBatch[] {
  assert(bytes.length === run.length)
  let at = 0
  return run.batches.map(({ baseOffset, sizeInBytes, appendTime }) => {
    stampBatch(bytes, at, { baseOffset, partitionLeaderEpoch: leaderEpoch })
    if (appendTime !== undefined) stampAppendTime(bytes, at, appendTime)
    const header = readBatchHeader(bytes, at)
    assert(header?.sizeInBytes === sizeInBytes)
    const position = (run.position + at) as Position
    const batch = { header, bytes: bytes.subarray(at, at + sizeInBytes), position }
    at += sizeInBytes
    return { ...batch, segment: run.segment }
  })
}

function rolls(log: LogState, batch: BatchToPlace, nowMs: number): boolean {
  const { active, config, logStartOffset } = log
  return shouldRoll(active, batch, config, {
    nowMs,
    logStartOffset,
    hasIndexRoom: hasIndexRoom(log, batch.sizeInBytes),
  })
}

/** Whether the active segment's indexes have room for what is placed and not written yet, and this. */
function hasIndexRoom(log: LogState, sizeInBytes: number): boolean {
  const { active, config, segments } = log
  const { last } = segments
  if (last?.baseOffset === active.baseOffset) {
    return last.hasIndexRoom(active.bytes - last.bytes + sizeInBytes)
  }
  // No file yet: all of it is pending.
  const entriesMax = (active.bytes + sizeInBytes) / (config.indexIntervalBytes + 1) + 1
  return entriesMax * TIME_INDEX_ENTRY_SIZE <= config.segmentIndexBytes
}

function lengthOf(batches: readonly PlacedBatch[]): number {
  let length = 0
  for (const batch of batches) length += batch.sizeInBytes
  return length
}
