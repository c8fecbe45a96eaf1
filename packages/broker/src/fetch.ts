import type { FetchedBatches, FetchRequest } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { BrokerParts } from './parts.ts'
import { logOf } from './topic.ts'

/**
 * Whole batches from `offset` on. Until `minBytes` are there it waits for more to become readable; after
 * `waitMs` it answers with what there is.
 */
export async function fetch(parts: BrokerParts, request: FetchRequest): Promise<FetchedBatches> {
  const { topics, waits, clock, counts } = parts
  const { maxBytes, minBytes, signal } = request
  const log = logOf(topics.get(request.topic), request.partition)
  const untilMs = clock.monotonicMs() + request.waitMs
  const pieces: Uint8Array[] = []
  let bytes = 0
  let nextOffset = request.offset
  for (;;) {
    // Also when there is nothing: reading finds out whether the offset is in range.
    const read = await log
      .read(nextOffset, { maxBytes: maxBytes - bytes, signal })
      .catch((error: unknown) => {
        // What was read before is answered; the next fetch, from there, meets the failure first.
        if (bytes > 0 && error instanceof LogError) return undefined
        throw error
      })
    if (read === undefined) break
    // A read's first batch may be larger than asked for. Only the first of all is let through.
    if (bytes > 0 && bytes + read.byteCount > maxBytes) break
    pieces.push(...read.pieces)
    bytes += read.byteCount
    nextOffset = read.nextOffset
    if (bytes >= Math.min(minBytes, maxBytes)) break
    const waitMs = untilMs - clock.monotonicMs()
    if (!(await waits.forRecords(log, nextOffset, { waitMs, signal }))) break
  }
  counts.fetched(bytes)
  const { logStartOffset, highWatermark } = log
  return { pieces, nextOffset, logStartOffset, highWatermark }
}
