import type { FetchedBatches, FetchRequest } from '@millrace/model/broker'
import type { Log } from '@millrace/log/log'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { BrokerParts } from './parts.ts'
import { logOf } from './topic.ts'

/**
 * Whole batches from `offset` on. Until `minBytes` are there it waits for more to become readable; after
 * `waitMs` it answers with what there is. While it waits it holds nothing: what it has seen is read again.
 */
export async function fetch(parts: BrokerParts, request: FetchRequest): Promise<FetchedBatches> {
  const { topics, waits, clock, counts } = parts
  const { maxBytes, maxRecords = Infinity, offset, signal } = request
  const log = logOf(topics.get(request.topic), request.partition)
  const untilMs = clock.monotonicMs() + request.waitMs
  const enough = Math.min(request.minBytes, maxBytes)
  const reading = { log, signal, maxBytes, maxRecords, enough }
  let found = await readOn(reading, { bytes: 0, nextOffset: offset })
  let hasLetGo = false
  while (found.bytes < enough && !found.isOver) {
    const seen = { bytes: found.bytes, nextOffset: found.nextOffset }
    hasLetGo ||= seen.bytes > 0
    found = { ...seen, pieces: [], isOver: false }
    const waitMs = untilMs - clock.monotonicMs()
    const reader = { log, offset: seen.nextOffset }
    if (!(await waits.forRecords([reader], { waitMs, signal }))) {
      signal?.throwIfAborted()
      break
    }
    found = await readOn(reading, seen)
  }
  if (hasLetGo) found = await readOn(reading, { bytes: 0, nextOffset: offset })
  counts.fetched(found.bytes)
  const { pieces, nextOffset } = found
  const { logStartOffset, highWatermark } = log
  return { pieces, nextOffset, logStartOffset, highWatermark }
}

interface Reading {
  readonly log: Log
  readonly signal: AbortSignal | undefined
  readonly maxBytes: number
  readonly maxRecords: number
  /** Then it need not read on. */
  readonly enough: number
}

interface Seen {
  readonly bytes: number
  readonly nextOffset: Offset
}

interface Found extends Seen {
  /** Of what came after what had been seen. */
  readonly pieces: readonly Uint8Array[]
  /** Nothing more is answered, however long it waits. */
  readonly isOver: boolean
}

/** Until there is enough, or no more. Reads in any case: that finds out whether the offset is in range. */
async function readOn(reading: Reading, seen: Seen): Promise<Found> {
  const { enough, log, maxBytes, maxRecords, signal } = reading
  const pieces: Uint8Array[] = []
  let { bytes, nextOffset } = seen
  do {
    const read = await log
      .read(nextOffset, { maxBytes: maxBytes - bytes, maxRecords, signal })
      .catch((error: unknown) => {
        // What was read before is answered; the next fetch, from there, meets the failure first.
        if (bytes > 0 && error instanceof LogError) return undefined
        throw error
      })
    // A read's first batch may be larger than asked for. Only the first of all is let through.
    if (read === undefined || (bytes > 0 && bytes + read.byteCount > maxBytes)) {
      return { pieces, bytes, nextOffset, isOver: true }
    }
    pieces.push(...read.pieces)
    bytes += read.byteCount
    nextOffset = read.nextOffset
  } while (bytes < enough && nextOffset < log.highWatermark)
  return { pieces, bytes, nextOffset, isOver: false }
}
