import { decodeRecords } from '@millrace/model/batch-decoding'
import type { Offset } from '@millrace/model/offset'
import type { LogRecord } from '@millrace/model/record'
import { readLog } from './log-read.ts'
import type { LogState } from './log-state.ts'
import { headersOf } from './log-end.ts'
import type { StampedBatch } from './segment.ts'
import { BATCH_BYTES_MAX } from './batch-chain.ts'

/** The first record at or after `timestamp`, below the high watermark. See `Log.offsetForTimestamp`. */
export async function findTimestamp(log: LogState, timestamp: number): Promise<Offset | undefined> {
  // First, and at once: while the segments are looked at, these may go to a new one.
  const { highWatermark, pending } = log
  const { firstOffset } = pending
  const inMemory = findPending(log, timestamp)
  for (const segment of log.segments.from(log.logStartOffset)) {
    const found = await log.segments.reading(segment, () =>
      segment.offsetForTimestamp(timestamp, log.logStartOffset),
    )
    if (found === undefined) continue
    if (inMemory !== undefined && inMemory < found.offset) break
    if (found.offset === segment.baseOffset) await expectReadable(log, found.offset - 1)
    return found.offset < log.highWatermark ? found.offset : undefined
  }
  if (inMemory === undefined) await expectReadable(log, highWatermark - 1)
  else if (inMemory === firstOffset) await expectReadable(log, firstOffset - 1)
  return inMemory
}

/** What ends just before the record that was found: were it damaged or missing, it might hold an earlier one. */
async function expectReadable(log: LogState, offset: number): Promise<void> {
  try {
    if (offset >= log.logStartOffset) await readLog(log, offset as Offset, { maxBytes: 1 })
  } catch (error) {
    // It may have been deleted meanwhile.
    if (offset >= log.logStartOffset) throw error
  }
}

function findPending(log: LogState, timestamp: number): Offset | undefined {
  for (const batch of log.pending.from(log.logStartOffset, log.highWatermark)) {
    if (batch.header.isControl || batch.header.maxTimestamp < timestamp) continue
    const found = recordsOf(batch).find(
      (record) => record.timestamp >= timestamp && record.offset >= log.logStartOffset,
    )
    if (found !== undefined) return found.offset
  }
  return undefined
}

/** The timestamp of the first record at or after `offset` that readers see. */
export async function timestampAt(log: LogState, offset: Offset): Promise<number | undefined> {
  let next = offset
  while (next < log.highWatermark) {
    const { pieces, nextOffset } = await readLog(log, next, { maxBytes: 1 })
    for (const bytes of pieces) {
      for (const header of headersOf(bytes) ?? []) {
        const found = recordsOf({ header, bytes }).find((record) => record.offset >= offset)
        if (found !== undefined) return found.timestamp
      }
    }
    next = nextOffset
  }
  return undefined
}

function recordsOf({ header, bytes }: StampedBatch): readonly LogRecord[] {
  return decodeRecords(bytes, 0, header, { maxBytes: BATCH_BYTES_MAX })
}
