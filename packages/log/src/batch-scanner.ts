import type { DiskFile } from '@millrace/disk/disk'
import type { Offset, Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { type BreakReason, type BrokenChain, type ChainLink, walkBatches } from './batch-chain.ts'
import { findSoundBatch } from './resume.ts'

export interface ScanRange extends ChainLink {
  /** The first byte of a batch. */
  readonly from: Position
  /** Where the last batch ends, or should. */
  readonly to: Position
}

/** What lies in the file, piece after piece, without a byte left out. */
export type Scanned = SoundBatches | Damage

export interface SoundBatches {
  readonly kind: 'batches'
  readonly position: Position
  /** Exactly these batches. Valid until the next turn of the loop: copy what is to stay. */
  readonly bytes: Uint8Array
  readonly headers: readonly BatchHeader[]
}

export interface Damage {
  readonly kind: 'damage'
  readonly position: Position
  /** Up to the next sound batch, or to the range's end. */
  readonly endPosition: Position
  readonly reason: BreakReason
  /** The first offset that may be lost. */
  readonly damagedFrom: Offset
  /** The base offset of the next sound batch; undefined when none follows in the range. */
  readonly nextReadableOffset: Offset | undefined
}

/**
 * Walks the batches of a file in reads of bounded size, checking each batch's CRC and place. Damage is told and
 * stepped over; it ends at the next batch that is whole, sound and further on.
 */
export async function* scanBatches(file: DiskFile, range: ScanRange): AsyncGenerator<Scanned> {
  let { from: position, nextOffset } = range
  let readBytes = FIRST_READ_BYTES
  let buffer: Uint8Array = new Uint8Array(0)
  while (position < range.to) {
    const wanted = Math.min(readBytes, range.to - position)
    if (buffer.length < wanted) buffer = Buffer.allocUnsafeSlow(wanted)
    const got = await file.read(position, buffer.subarray(0, wanted))
    // A file that ends too soon leaves no room for what should follow.
    const room = got < wanted ? got : range.to - position
    const walk = walkBatches(buffer.subarray(0, got), room, { ...range, nextOffset })
    if (walk.headers.length > 0) {
      const bytes = buffer.subarray(0, walk.bytes)
      yield { kind: 'batches', position, bytes, headers: walk.headers }
      position = (position + walk.bytes) as Position
      nextOffset = walk.nextOffset
    }
    const stop = walk.stop ?? (got < wanted ? CUT : undefined)
    if (stop?.kind === 'more') {
      readBytes = Math.max(stop.bytesNeeded, readBytes)
    } else if (stop?.kind === 'broken') {
      const damage = await measureDamage(file, stop, position, { ...range, nextOffset })
      yield damage
      position = damage.endPosition
      nextOffset = damage.nextReadableOffset ?? nextOffset
    }
    if (readBytes < READ_BYTES) readBytes = Math.min(readBytes * 4, READ_BYTES)
  }
}

/** Enough for one index interval; what is further on is read in larger pieces. */
const FIRST_READ_BYTES = 16 * 1024
/** A larger batch is read whole all the same. */
const READ_BYTES = 1024 * 1024

const CUT: BrokenChain = { kind: 'broken', reason: 'cut', header: undefined }

async function measureDamage(
  file: DiskFile,
  stop: BrokenChain,
  position: Position,
  range: ScanRange,
): Promise<Damage> {
  const sound = await findSoundBatch(file, position, stop.header, range)
  return {
    kind: 'damage',
    position,
    endPosition: sound?.position ?? range.to,
    reason: stop.reason,
    damagedFrom: range.nextOffset,
    nextReadableOffset: sound?.header.baseOffset,
  }
}
