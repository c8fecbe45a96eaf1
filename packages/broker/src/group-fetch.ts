import type { FetchedBatches } from '@millrace/model/broker'
import type { GroupFetch } from '@millrace/model/consumer-group'
import type { Offset } from '@millrace/model/offset'
import { readBatchHeader } from '@millrace/model/record-batch'
import { fetch } from './fetch.ts'
import { type GroupPosition, isHeldUp } from './group-positions.ts'
import type { BrokerParts } from './parts.ts'

export interface FetchLimits {
  readonly maxRecords: number
  readonly maxBytes: number
  /** Which of the positions is served first. */
  readonly turn: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * What can be read at the positions, one after the other in their turn, until there is enough. What fails in one
 * (CORRUPT_SEGMENT) is told of when there is nothing from the others.
 */
export async function fetchInTurn(
  parts: BrokerParts,
  positions: readonly GroupPosition[],
  { maxRecords, maxBytes, turn = 0, signal }: FetchLimits,
): Promise<readonly (GroupFetch & { readonly index: number })[]> {
  const fetched: (GroupFetch & { readonly index: number })[] = []
  let failure: { readonly error: unknown } | undefined
  let records = 0
  let bytes = 0
  for (let step = 0; step < positions.length; step++) {
    if (records >= maxRecords || bytes >= maxBytes) break
    const index = (turn + step) % positions.length
    const position = positions[index]
    if (position?.isReadable !== true || isHeldUp(position)) continue
    if (position.offset >= position.log.highWatermark) continue
    const { topic, partition, offset, untilOffset } = position
    const room = { maxBytes: maxBytes - bytes, maxRecords: maxRecords - records }
    const limits = { ...room, minBytes: 0, waitMs: 0 }
    const place = { topic: topic.name, partition, offset }
    const all = await fetch(parts, { ...place, ...limits, ...(signal && { signal }) }).catch(
      (error: unknown) => {
        failure ??= { error }
        return undefined
      },
    )
    // The other partitions have nothing to do with it.
    if (all === undefined) continue
    const batches = untilOffset === undefined ? all : below(all, untilOffset)
    fetched.push({ ...place, batches, index })
    for (const piece of batches.pieces) {
      bytes += piece.length
      records += countRecords(piece, offset)
    }
  }
  if (failure !== undefined && fetched.length === 0) throw failure.error
  return fetched
}

/** At and after `offset`, as far as the headers tell. */
function countRecords(piece: Uint8Array, offset: number): number {
  let count = 0
  for (let at = 0; at < piece.length;) {
    const header = readBatchHeader(piece, at)
    if (header === undefined) break
    const { baseOffset, lastOffset, recordCount, sizeInBytes } = header
    count += Math.min(recordCount, lastOffset + 1 - Math.max(baseOffset, offset))
    at += sizeInBytes
  }
  return count
}

/** Whole batches: a topic grows between two of them. */
function below(batches: FetchedBatches, untilOffset: Offset): FetchedBatches {
  if (batches.nextOffset <= untilOffset) return batches
  const pieces: Uint8Array[] = []
  for (const piece of batches.pieces) {
    let end = 0
    while (end < piece.length) {
      const header = readBatchHeader(piece, end)
      if (header === undefined || header.baseOffset >= untilOffset) break
      end += header.sizeInBytes
    }
    pieces.push(piece.subarray(0, end))
    if (end < piece.length) break
  }
  return { ...batches, pieces, nextOffset: untilOffset }
}
