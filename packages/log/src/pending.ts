import assert from 'node:assert/strict'
import type { Offset, Position } from '@millrace/model/offset'
import type { StampedBatch } from './segment.ts'

/** A batch with its place, not in its segment yet. */
export interface PendingBatch extends StampedBatch {
  /** The segment's base offset. */
  readonly segment: Offset
  readonly position: Position
}

/** The batches of one log that its segments do not have yet, in order. Until then they are read from here. */
export class PendingBatches {
  /** Undefined: let go of. The places stay for a while, the bytes must not. */
  #batches: (PendingBatch | undefined)[] = []
  /** Those before are in their segment. */
  #start = 0
  /** Those before are synced in the journal. */
  #syncedEnd = 0
  #syncedBytes = 0
  #heldBytes = 0

  get isEmpty(): boolean {
    return this.#start === this.#batches.length
  }

  /** Of batches that may be written behind. */
  get syncedBytes(): number {
    return this.#syncedBytes
  }

  /** Of all batches here. */
  get bytes(): number {
    return this.#heldBytes
  }

  get firstOffset(): Offset | undefined {
    return this.#batches[this.#start]?.header.baseOffset
  }

  hold(batch: PendingBatch): void {
    this.#batches.push(batch)
    this.#heldBytes += batch.bytes.length
  }

  /** All that is held is synced now. */
  markSynced(): void {
    this.#syncedEnd = this.#batches.length
    this.#syncedBytes = this.#heldBytes
  }

  /** The oldest synced batches, all of one segment, up to `maxBytes` but at least one; none when there is none. */
  oldest(maxBytes: number): readonly PendingBatch[] {
    const first = this.#batches[this.#start]
    if (first === undefined || this.#start === this.#syncedEnd) return []
    const oldest = [first]
    let bytes = first.bytes.length
    for (let index = this.#start + 1; index < this.#syncedEnd; index++) {
      const batch = this.#batches[index]
      assert(batch !== undefined)
      bytes += batch.bytes.length
      if (batch.segment !== first.segment || bytes > maxBytes) break
      oldest.push(batch)
    }
    return oldest
  }

  /** Their segment has the `count` oldest now. */
  drop(count: number): void {
    assert(this.#start + count <= this.#syncedEnd)
    for (let index = this.#start; index < this.#start + count; index++) {
      const batch = this.#batches[index]
      assert(batch !== undefined)
      this.#heldBytes -= batch.bytes.length
      this.#syncedBytes -= batch.bytes.length
      this.#batches[index] = undefined
    }
    this.#start += count
    if (this.#start === this.#batches.length) this.#shift(this.#start)
    else if (this.#start >= DROPPED_MAX) this.#shift(this.#start)
  }

  /** Everything: the log is gone. */
  clear(): void {
    this.#batches = []
    this.#start = 0
    this.#syncedEnd = 0
    this.#syncedBytes = 0
    this.#heldBytes = 0
  }

  /** From the batch that holds `offset`, or the first after it, those below `untilOffset`. */
  *from(offset: Offset, untilOffset: Offset): Generator<PendingBatch> {
    for (let index = this.#find(offset); index < this.#batches.length; index++) {
      const batch = this.#batches[index]
      if (batch === undefined || batch.header.lastOffset >= untilOffset) return
      yield batch
    }
  }

  #find(offset: Offset): number {
    let low = this.#start
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const batch = this.#batches[middle]
      assert(batch !== undefined)
      if (batch.header.lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #shift(count: number): void {
    this.#batches = this.#batches.slice(count)
    this.#start -= count
    this.#syncedEnd -= count
  }
}

/** So many places of batches that are gone are kept before the list is made anew. */
const DROPPED_MAX = 1024
