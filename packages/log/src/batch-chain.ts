/**
 * Record batches one after the other, as a segment holds them: the chain that their CRCs do not cover.
 *
 * Invariants
 *   - each batch begins where the one before ends, in bytes;
 *   - and in offsets: its base offset follows the last offset before it. Where `gaps` are allowed (a log brought
 *     in after compaction) it may be greater, never less;
 *   - all offsets lie below the segment's end.
 */
import type { Offset } from '@millrace/model/offset'
import {
  BATCH_HEADER_SIZE,
  type BatchHeader,
  hasValidCrc,
  readBatchHeader,
} from '@millrace/model/record-batch'

/** What the next batch must be, given what came before it. */
export interface ChainLink {
  /** The base offset that comes next; with `gaps`, the least that may. */
  readonly nextOffset: Offset
  /** Every offset is below. */
  readonly endOffset: Offset
  readonly gaps: boolean
}

export interface ChainWalk {
  readonly headers: readonly BatchHeader[]
  /** Of the batches in `headers`, which begin at the first byte. */
  readonly bytes: number
  readonly nextOffset: Offset
  /** Why the walk ended before the last byte. Undefined: it did not. */
  readonly stop: ChainStop | undefined
}

export type ChainStop =
  /** Not wrong: the next batch goes on beyond `bytes`, which should begin at it and be this long. */
  { readonly kind: 'more'; readonly bytesNeeded: number } | BrokenChain

export interface BrokenChain {
  readonly kind: 'broken'
  readonly reason: BreakReason
  /** When there is one: what it says may be wrong. */
  readonly header: BatchHeader | undefined
}

/** Why what stands in a segment is no sound batch, as people are told. */
export const BREAK_REASONS = {
  cut: 'the file ends within a batch',
  header: 'no record batch begins here',
  size: 'a batch is larger than any that can be read',
  offset: 'a batch does not have the offsets that follow the batch before it',
  crc: 'a batch fails its CRC',
} as const satisfies Record<string, string>

export type BreakReason = keyof typeof BREAK_REASONS

/** A batch must fit into memory. Kafka's brokers take no request larger than 100 MiB by default. */
export const BATCH_BYTES_MAX = 100 * 1024 * 1024

/** Whole, sound batches from the first byte on. `room`: how far the file goes from there, at least `bytes`. */
export function walkBatches(bytes: Uint8Array, room: number, link: ChainLink): ChainWalk {
  const headers: BatchHeader[] = []
  let at = 0
  let nextOffset = link.nextOffset
  let stop: ChainStop | undefined
  while (at < bytes.length && stop === undefined) {
    const checked = checkBatch(bytes, at, room - at, { ...link, nextOffset })
    if ('kind' in checked) {
      stop = checked
    } else {
      const end = at + checked.sizeInBytes
      if (link.gaps && overlapsNext(bytes, end, checked)) {
        stop = broken('offset', checked)
        break
      }
      headers.push(checked)
      at = end
      nextOffset = (checked.lastOffset + 1) as Offset
    }
  }
  return { headers, bytes: at, nextOffset, stop }
}

/** The batch at `at` when it is whole and sound. */
export function checkBatch(
  bytes: Uint8Array,
  at: number,
  room: number,
  link: ChainLink,
): BatchHeader | ChainStop {
  const header = checkHeader(bytes, at, room, link)
  if ('kind' in header) return header
  if (header.sizeInBytes > bytes.length - at) {
    return { kind: 'more', bytesNeeded: header.sizeInBytes }
  }
  return hasValidCrc(bytes, at, header) ? header : broken('crc', header)
}

/** The header at `at` when it is where it should be. Says nothing of what follows it. */
export function checkHeader(
  bytes: Uint8Array,
  at: number,
  room: number,
  link: ChainLink,
): BatchHeader | ChainStop {
  if (room < BATCH_HEADER_SIZE) return broken('cut', undefined)
  if (bytes.length - at < BATCH_HEADER_SIZE) return { kind: 'more', bytesNeeded: BATCH_HEADER_SIZE }
  const header = readBatchHeader(bytes, at)
  if (header === undefined) return broken('header', undefined)
  if (!follows(header, link)) return broken('offset', header)
  if (header.sizeInBytes > room) return broken('cut', header)
  if (header.sizeInBytes > BATCH_BYTES_MAX) return broken('size', header)
  return header
}

function follows(header: BatchHeader, link: ChainLink): boolean {
  const begins = link.gaps
    ? header.baseOffset >= link.nextOffset
    : header.baseOffset === link.nextOffset
  return begins && header.lastOffset < link.endOffset
}

/** Where offsets may skip, a base offset that has grown shows only by the batch after it. */
function overlapsNext(bytes: Uint8Array, end: number, header: BatchHeader): boolean {
  const next = readBatchHeader(bytes, end)
  return next !== undefined && next.baseOffset <= header.lastOffset
}

function broken(reason: BreakReason, header: BatchHeader | undefined): BrokenChain {
  return { kind: 'broken', reason, header }
}
