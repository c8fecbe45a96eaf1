import assert from 'node:assert/strict'
import type { Disk, DiskFile } from '@millrace/disk/disk'
import type { Offset, Position } from '@millrace/model/offset'
import { BATCH_HEADER_SIZE, type BatchHeader, readBatchHeader } from '@millrace/model/record-batch'
import { checkHeader, type ChainLink, type ChainWalk, walkBatches } from './batch-chain.ts'
import { type Scanned, scanBatches } from './batch-scanner.ts'

/** A whole batch with its place already in it. */
export interface StampedBatch {
  readonly bytes: Uint8Array
  readonly header: BatchHeader
}

/** Where a batch begins, in bytes and in offsets. */
export interface BatchStart {
  readonly position: Position
  /** With gaps: the batch's own may be greater. */
  readonly nextOffset: Offset
}

export function startAfter(position: Position, header: BatchHeader): BatchStart {
  return {
    position: (position + header.sizeInBytes) as Position,
    nextOffset: (header.lastOffset + 1) as Offset,
  }
}

export interface BatchFileOptions {
  readonly baseOffset: Offset
  readonly gaps: boolean
  readonly access: 'read' | 'write'
  readonly bytes: Position
  readonly nextOffset: Offset
}

/** Batches from `start` on; `content` are exactly their bytes. */
export interface ReadBatches extends ChainWalk {
  readonly content: Uint8Array
}

/** The `.log` file of a segment: batches, one after the other, up to a known end. Opened when first needed. */
export class BatchFile {
  readonly path: string
  readonly start: BatchStart
  readonly #disk: Disk
  readonly #gaps: boolean
  readonly #access: 'read' | 'write'
  #file: DiskFile | undefined
  #bytes: Position
  #nextOffset: Offset
  #isUnsynced = false

  constructor(disk: Disk, path: string, options: BatchFileOptions) {
    this.#disk = disk
    this.path = path
    this.#gaps = options.gaps
    this.#access = options.access
    this.#bytes = options.bytes
    this.#nextOffset = options.nextOffset
    this.start = { position: 0 as Position, nextOffset: options.baseOffset }
  }

  /** Makes the file; it must not exist. */
  async create(): Promise<void> {
    this.#file = await this.#disk.open(this.path, 'create')
  }

  get bytes(): Position {
    return this.#bytes
  }

  /** Past the last offset. */
  get nextOffset(): Offset {
    return this.#nextOffset
  }

  /** What stands at `position`, which may be no batch at all. */
  async headerAt(position: Position): Promise<BatchHeader | undefined> {
    if (position < 0 || position + BATCH_HEADER_SIZE > this.#bytes) return undefined
    const bytes = Buffer.allocUnsafe(BATCH_HEADER_SIZE)
    const file = await this.#open()
    return (await file.read(position, bytes)) < bytes.length ? undefined : readBatchHeader(bytes)
  }

  /** Headers of a few batches from `start` on, in their chain but with their records unread: not to be believed yet. */
  async peek(start: BatchStart): Promise<readonly BatchHeader[]> {
    const bytes = Buffer.allocUnsafe(Math.min(PEEK_BYTES, this.#bytes - start.position))
    const file = await this.#open()
    const chunk = bytes.subarray(0, await file.read(start.position, bytes))
    const room = this.#bytes - start.position
    const headers: BatchHeader[] = []
    let link = this.#linkFrom(start)
    for (let at = 0; at < chunk.length;) {
      const header = checkHeader(chunk, at, room - at, link)
      if ('kind' in header) break
      headers.push(header)
      at += header.sizeInBytes
      link = { ...link, nextOffset: (header.lastOffset + 1) as Offset }
    }
    return headers
  }

  /** To the end as it is now. */
  async *scan(from: BatchStart): AsyncGenerator<Scanned> {
    if (from.position === this.#bytes) return
    const range = { from: from.position, to: this.#bytes, ...this.#linkFrom(from) }
    yield* scanBatches(await this.#open(), range)
  }

  /** Up to `maxBytes`, in one read; at least the first batch, if that is sound. */
  async read(from: BatchStart, maxBytes: number): Promise<ReadBatches> {
    const file = await this.#open()
    const link = this.#linkFrom(from)
    const room = this.#bytes - from.position
    // With gaps, a batch is only right if the one after it is further on.
    const lookahead = this.#gaps ? BATCH_HEADER_SIZE : 0
    let wanted = Math.min(room, Math.max(maxBytes, BATCH_HEADER_SIZE) + lookahead)
    for (;;) {
      const target = Buffer.allocUnsafeSlow(wanted)
      const bytes = target.subarray(0, await file.read(from.position, target))
      const walk = walkBatches(bytes, bytes.length < wanted ? bytes.length : room, link)
      if (walk.headers.length > 0 || walk.stop?.kind !== 'more') {
        return { ...walk, content: bytes.subarray(0, walk.bytes) }
      }
      wanted = Math.min(room, walk.stop.bytesNeeded + lookahead)
    }
  }

  /** At the end. Changes nothing here when it fails. */
  async write(batches: readonly StampedBatch[]): Promise<void> {
    assert.equal(this.#access, 'write')
    const last = batches.at(-1)
    if (last === undefined) return
    const file = await this.#open()
    const pieces = batches.map((batch) => batch.bytes)
    this.#isUnsynced = true
    await file.write(this.#bytes, pieces)
    let written = 0
    for (const piece of pieces) written += piece.length
    this.#bytes = (this.#bytes + written) as Position
    this.#nextOffset = (last.header.lastOffset + 1) as Offset
  }

  async cutTo(end: BatchStart): Promise<void> {
    assert.equal(this.#access, 'write')
    assert(end.position <= this.#bytes)
    const file = await this.#open()
    this.#isUnsynced = true
    await file.truncate(end.position)
    this.#bytes = end.position
    this.#nextOffset = end.nextOffset
  }

  async sync(): Promise<void> {
    if (!this.#isUnsynced) return
    // First: what is written while this sync runs needs another.
    this.#isUnsynced = false
    await this.#file?.sync()
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  #linkFrom(from: BatchStart): ChainLink {
    return { nextOffset: from.nextOffset, endOffset: this.#nextOffset, gaps: this.#gaps }
  }

  async #open(): Promise<DiskFile> {
    if (this.#file !== undefined) return this.#file
    const file = await this.#disk.open(this.path, this.#access)
    if (this.#file === undefined) {
      this.#file = file
    } else {
      // Somebody opened it while we did.
      await file.close()
    }
    return this.#file
  }
}

/** More than lies between two index entries, as a rule. */
const PEEK_BYTES = 8 * 1024
