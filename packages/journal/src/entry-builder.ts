import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import {
  encodeEntryHeader,
  encodeItemHeader,
  ENTRY_HEADER_SIZE,
  type EntryHeader,
  entrySize,
  ITEM_HEADER_SIZE,
  type ItemHeader,
} from './entry.ts'

/** An entry whose bytes do not change any more, but for the header at the start of `head`, until `seal`. */
export interface BuiltEntry {
  readonly head: Uint8Array
  /** What follows, one after the other. */
  readonly body: readonly Uint8Array[]
  /** Of all, a whole number of pages. */
  readonly size: number
  /** Computes the CRCs and completes the header. For a large entry that takes as long as writing it. */
  readonly seal: () => void
}

/**
 * Gathers the items of one entry. Small ones are copied into memory of our own, since a slice of a request
 * would keep all of it alive; large ones stay where they are.
 */
export class EntryBuilder {
  readonly #memory: EntryMemory
  readonly #pieces: Uint8Array[] = []
  /** Where the next item's header goes, and the copied items after it. */
  #region: Uint8Array
  #regionLength = ENTRY_HEADER_SIZE
  #itemsLength = 0
  #itemCount = 0

  constructor(memory: EntryMemory) {
    this.#memory = memory
    this.#region = memory.rest(ENTRY_HEADER_SIZE + ITEM_HEADER_SIZE)
  }

  /** Answers with the item's bytes where they now lie. They may still be stamped until `finish`. */
  add(item: ItemHeader, bytes: Uint8Array): Uint8Array {
    const isCopied = bytes.length < COPIED_BYTES_MAX
    this.#needRoom(ITEM_HEADER_SIZE + (isCopied ? bytes.length : 0))
    encodeItemHeader(this.#region, this.#regionLength, item, bytes.length)
    this.#regionLength += ITEM_HEADER_SIZE
    this.#itemsLength += ITEM_HEADER_SIZE + bytes.length
    this.#itemCount++
    if (isCopied) return this.#copy(bytes)
    this.#closeRegion(ITEM_HEADER_SIZE)
    this.#pieces.push(bytes)
    return bytes
  }

  get itemCount(): number {
    return this.#itemCount
  }

  /** Header and items, before padding. */
  get length(): number {
    return ENTRY_HEADER_SIZE + this.#itemsLength
  }

  /** Ends the entry. Its bytes must not change any more. */
  finish(identity: Pick<EntryHeader, 'run' | 'sequence' | 'synced'>): BuiltEntry {
    assert(this.#itemCount > 0)
    this.#closeRegion(0)
    const [head, ...items] = this.#pieces
    assert(head !== undefined)
    const itemsLength = this.#itemsLength
    const itemCount = this.#itemCount
    const size = entrySize(itemsLength)
    const padding = size - this.length
    const seal = () => {
      let itemsCrc = crc32(head.subarray(ENTRY_HEADER_SIZE))
      for (const piece of items) itemsCrc = crc32(piece, itemsCrc)
      encodeEntryHeader(head, 0, { ...identity, itemsLength, itemsCrc, itemCount })
    }
    const body = padding > 0 ? [...items, ZEROS.subarray(0, padding)] : items
    return { head, body, size, seal }
  }

  #copy(bytes: Uint8Array): Uint8Array {
    const start = this.#regionLength
    this.#region.set(bytes, start)
    this.#regionLength += bytes.length
    return this.#region.subarray(start, this.#regionLength)
  }

  #needRoom(length: number): void {
    if (this.#regionLength + length > this.#region.length) this.#closeRegion(length)
  }

  #closeRegion(lengthWanted: number): void {
    if (this.#regionLength > 0) {
      this.#pieces.push(this.#region.subarray(0, this.#regionLength))
      this.#memory.take(this.#regionLength)
    }
    this.#region = this.#memory.rest(lengthWanted)
    this.#regionLength = 0
  }
}

/** Hands out memory from blocks, each kept alive by the batches in it that are not in a segment yet. */
export class EntryMemory {
  #block = new Uint8Array(0)
  #used = 0

  /** What is left of the block, or of the next one when that is less than `length`. Not taken yet. */
  rest(length: number): Uint8Array {
    assert(length <= BLOCK_BYTES)
    if (this.#block.length - this.#used < length) {
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
      this.#used = 0
    }
    return this.#block.subarray(this.#used)
  }

  take(length: number): void {
    this.#used += length
    assert(this.#used <= this.#block.length)
  }
}

/** A batch of at least this size is written from where it lies. */
const COPIED_BYTES_MAX = 16 * 1024
const BLOCK_BYTES = 1024 * 1024
const ZEROS = new Uint8Array(4096)
