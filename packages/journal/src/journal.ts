/**
 * What is written and synced before the segments. One entry at a time goes to the end of the current slot;
 * when it does not fit, to the start of a free one: a slot with nothing at or after the durable checkpoint.
 *
 * Invariants
 *   - one entry at a time, synced when all of it is written, and before the next is;
 *   - nothing at or after the durable checkpoint is ever overwritten;
 *   - after a failed or short write, or a failed sync, nothing is written any more, in this life.
 */
import assert from 'node:assert/strict'
import type { DiskFile } from '@millrace/disk/disk'
import type { BuiltEntry } from './entry-builder.ts'
import type { Run } from './entry.ts'
import { PAGE_SIZE } from './entry.ts'
import type { JournalPlace, Slots } from './slots.ts'

export class Journal {
  readonly run: Run
  readonly #slots: Slots
  readonly #slotBytes: number
  readonly #slotsMax: number
  /** For each slot the sequence of its last entry of this run, or 0. */
  readonly #lastSequences: number[]
  /** Of the first entry that the durable checkpoint does not cover. */
  #checkpointSequence = FIRST_SEQUENCE
  #nextSequence = FIRST_SEQUENCE
  #synced = FIRST_SEQUENCE - 1
  #current: number
  #position = 0
  #isWriting = false
  #making: Promise<void> | undefined

  /**
   * A new run, from the start of the first slot. Before the first entry is written, a checkpoint that names
   * this run must be durable: it is what frees the slots.
   */
  constructor(
    slots: Slots,
    run: Run,
    limits: { readonly slotBytes: number; readonly slotsMax: number },
  ) {
    assert(slots.count > 0)
    this.run = run
    this.#slots = slots
    this.#slotBytes = limits.slotBytes
    this.#slotsMax = Math.max(limits.slotsMax, slots.count)
    this.#lastSequences = Array.from({ length: slots.count }, () => 0)
    this.#current = 0
  }

  /** What a checkpoint says of the entry that comes next: where it is, unless it does not fit there. */
  get next(): JournalPlace & { readonly sequence: number } {
    return { slot: this.#current, position: this.#position, sequence: this.#nextSequence }
  }

  /** The largest entry that is ever taken, header and padding included. */
  get entryBytesMax(): number {
    return Math.min(this.#slotBytes, ENTRY_BYTES_MAX)
  }

  get bytesMax(): number {
    return this.#slotsMax * this.#slotBytes
  }

  /** Taken by entries that the durable checkpoint does not cover, and by the room behind them. */
  get bytesUsed(): number {
    let bytes = this.#position
    for (let slot = 0; slot < this.#slots.count; slot++) {
      if (slot !== this.#current && !this.#isFree(slot)) bytes += this.#slots.size(slot)
    }
    return bytes
  }

  /** The largest entry that can be written now. */
  get roomNow(): number {
    let room = this.#slots.size(this.#current) - this.#position
    for (let slot = 0; slot < this.#slots.count; slot++) {
      if (slot !== this.#current && this.#isFree(slot))
        room = Math.max(room, this.#slots.size(slot))
    }
    return Math.min(room, this.entryBytesMax)
  }

  get slotSizes(): readonly number[] {
    return this.#slots.sizes
  }

  /** Resolves when the entry is synced. Rejects when this journal, and so this life's writing, is at its end. */
  async write(entry: BuiltEntry): Promise<void> {
    assert(!this.#isWriting && entry.size % PAGE_SIZE === 0)
    this.#isWriting = true
    if (!this.#fits(this.#current, this.#position, entry.size)) this.#turnTo(entry.size)
    const file = this.#slots.file(this.#current)
    const position = this.#position
    this.#lastSequences[this.#current] = this.#nextSequence
    this.#nextSequence++
    this.#position += entry.size
    // When one fails, #isWriting stays: whoever tries again fails the assertion above.
    await writeEntry(file, position, entry)
    await file.sync()
    this.#synced = this.#nextSequence - 1
    this.#isWriting = false
  }

  /** For the entry that is written next. */
  get identity(): { readonly run: Run; readonly sequence: number; readonly synced: number } {
    return { run: this.run, sequence: this.#nextSequence, synced: this.#synced }
  }

  /** A checkpoint is durable that needs no entry before `sequence`. */
  release(sequence: number): void {
    assert(sequence >= this.#checkpointSequence && sequence <= this.#nextSequence)
    this.#checkpointSequence = sequence
  }

  /** Whether another slot should be made before it is needed. */
  get wantsSlot(): boolean {
    if (this.#making !== undefined || this.#slots.count >= this.#slotsMax) return false
    return this.#freeSlot(this.#slotBytes) === undefined
  }

  /** Makes one more slot, beside the writing. Rejects when the disk does: it may be tried again when it was full. */
  makeSlot(): Promise<void> {
    assert(this.wantsSlot)
    const making = this.#slots.make(this.#slotBytes).then(() => {
      this.#lastSequences.push(0)
    })
    this.#making = making.finally(() => (this.#making = undefined))
    return this.#making
  }

  async close(): Promise<void> {
    await this.#making?.catch(() => undefined)
    await this.#slots.close()
  }

  #turnTo(size: number): void {
    const slot = this.#freeSlot(size)
    assert(slot !== undefined, 'Ask roomNow first.')
    this.#current = slot
    this.#position = 0
  }

  #freeSlot(size: number): number | undefined {
    for (let step = 1; step < this.#slots.count; step++) {
      const slot = (this.#current + step) % this.#slots.count
      if (this.#isFree(slot) && this.#fits(slot, 0, size)) return slot
    }
    return undefined
  }

  #isFree(slot: number): boolean {
    const last = this.#lastSequences[slot]
    return last !== undefined && last < this.#checkpointSequence
  }

  #fits(slot: number, position: number, size: number): boolean {
    return position + size <= this.#slots.size(slot)
  }
}

async function writeEntry(file: DiskFile, position: number, entry: BuiltEntry): Promise<void> {
  const { body, head } = entry
  if (entry.size < LARGE_BYTES) {
    entry.seal()
    await file.write(position, [head, ...body])
    return
  }
  // The CRC is computed here while another thread writes what it is computed of. Neither write waits for the other:
  // until both are synced the entry is torn, whichever arrives.
  const written = file.write(position + head.length, body)
  entry.seal()
  const writes = await Promise.allSettled([written, file.write(position, [head])])
  for (const write of writes) if (write.status === 'rejected') throw write.reason
}

export const FIRST_SEQUENCE = 1
/** From here on a CRC takes longer than another call to write. */
const LARGE_BYTES = 256 * 1024
/** Of one entry, header and padding included; an append is less. */
const ENTRY_BYTES_MAX = 8 * 1024 * 1024 + 256 * 1024
