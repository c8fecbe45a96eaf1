import assert from 'node:assert/strict'
import type { Disk } from '@millrace/disk/disk'
import { LogError } from '@millrace/model/log-error'
import type { Offset, Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { BatchFile, type BatchStart, type StampedBatch } from './batch-file.ts'
import { segmentFilePath } from './segment-files.ts'
import { type IndexSizes, NOTHING_SYNCED, SegmentIndexes } from './segment-indexes.ts'
import { corruptSegment, findBatch, peekBatch } from './segment-lookup.ts'
import { findRecordByTime, type FoundRecord, largestTimestamp } from './time-lookup.ts'
import { type AbortedTransaction, readTransactionIndex } from './transaction-index.ts'

export type { AbortedTransaction, IndexSizes, StampedBatch }

export interface SegmentOptions {
  readonly baseOffset: Offset
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
  /** Offsets may skip, never fall: a log brought in after compaction. Otherwise a gap is damage. */
  readonly gaps: boolean
  /** Left out: to be written. */
  readonly access?: 'read' | 'write'
}

/** How far a segment that is opened goes. Whatever the file holds beyond is not part of it. */
export interface SegmentExtent {
  readonly bytes: Position
  /** The next segment's base offset, or the log end offset. */
  readonly nextOffset: Offset
  /**
   * Of a segment that is still written: its index files are not believed beyond these. Left out: the segment is
   * sealed, and they are whole.
   */
  readonly syncedIndexes?: IndexSizes
}

export interface ReadLimits {
  /** The first batch is read even when it is larger. */
  readonly maxBytes: number
  readonly untilOffset: Offset
}

/** Whole batches, one after the other, each with a right CRC and each where the one before ends. */
export interface BatchRun {
  readonly bytes: Uint8Array
  /** Of the batches in `bytes`, in order. */
  readonly headers: readonly BatchHeader[]
  /** After the last batch; what was asked for when there is none. */
  readonly nextOffset: Offset
}

/** At a checkpoint, write the indexes of a segment that has more than this without synced index entries. */
export const UNCOVERED_BYTES_MAX = 4 * 1024 * 1024

/**
 * One `.log` file with its indexes. Opening reads nothing: indexes are looked at when first needed, and what they
 * lack is made again from the batches. One writer at a time; readers may read meanwhile, up to `nextOffset`.
 */
export class Segment {
  readonly baseOffset: Offset
  readonly #disk: Disk
  readonly #directory: string
  readonly #options: SegmentOptions & SegmentExtent
  readonly #batches: BatchFile
  /** Made when first needed, as most of thousands never are. */
  #openIndexes: SegmentIndexes | undefined
  /** Where reads ended: who reads on needs no index. The oldest first. */
  #readEnds: Map<Offset, BatchStart> | undefined
  #aborted: Promise<readonly AbortedTransaction[]> | undefined

  /** Makes the `.log` file; it must not exist. The directory is the caller's to sync. */
  static async create(disk: Disk, directory: string, options: SegmentOptions): Promise<Segment> {
    const extent = {
      bytes: 0 as Position,
      nextOffset: options.baseOffset,
      syncedIndexes: NOTHING_SYNCED,
    }
    const segment = new Segment(disk, directory, { ...options, ...extent })
    await segment.#batches.create()
    return segment
  }

  /** No file is touched. For a segment that is to be written again from its start, `bytes` is 0. */
  static open(disk: Disk, directory: string, options: SegmentOptions & SegmentExtent): Segment {
    return new Segment(disk, directory, options)
  }

  private constructor(disk: Disk, directory: string, options: SegmentOptions & SegmentExtent) {
    const { baseOffset, access = 'write' } = options
    const path = segmentFilePath(directory, baseOffset, 'log')
    this.baseOffset = baseOffset
    this.#disk = disk
    this.#directory = directory
    this.#options = options
    this.#batches = new BatchFile(disk, path, { ...options, access })
  }

  get bytes(): Position {
    return this.#batches.bytes
  }

  get nextOffset(): Offset {
    return this.#batches.nextOffset
  }

  /** Bytes at the end that no synced index entry covers; 0 while the indexes were not needed yet. */
  get uncoveredBytes(): number {
    return this.#openIndexes?.uncoveredBytes ?? 0
  }

  /** For the checkpoint: as far as the indexes are on disk for certain. A closing entry is not counted. */
  get syncedIndexes(): IndexSizes {
    return this.#openIndexes?.synced ?? this.#options.syncedIndexes ?? NOTHING_SYNCED
  }

  /**
   * Whether both indexes surely have room for what `pendingBytes` (stamped, not yet written here) may add: false is
   * Kafka's `isFull`, and calls for a roll.
   */
  hasIndexRoom(pendingBytes: number): boolean {
    return this.#indexes.hasRoom(pendingBytes)
  }

  /**
   * Writes whole, stamped batches at `position`, which must be `bytes`: the end. A failed or short write changes
   * nothing here and may be repeated at the same position; in replay the file may already have these bytes.
   */
  async write(position: Position, batches: readonly StampedBatch[]): Promise<void> {
    assert.equal(position, this.bytes)
    await this.#indexes.ready()
    await this.#batches.write(batches)
    let at = position
    for (const { bytes, header } of batches) {
      this.#indexes.add(header, at)
      at = (at + bytes.length) as Position
    }
  }

  /** Writes the index entries that are only in memory. May be repeated when it fails. Does not sync. */
  async writeIndexes(): Promise<void> {
    await this.#openIndexes?.write()
  }

  /** fdatasync of every file of this segment written since the last. A failure is never to be retried. */
  async sync(): Promise<void> {
    await this.#batches.sync()
    await this.#openIndexes?.sync()
  }

  /**
   * Ends writing, for good or until the next start: all index entries are written, Kafka's closing one too, and the
   * files have their exact length. May be repeated when it fails. Does not sync: `sync` does.
   */
  async seal(): Promise<void> {
    await this.#indexes.writeClosed()
  }

  /**
   * Whole batches from the first one that ends at or after `fromOffset`, below `untilOffset`, up to `maxBytes` but at
   * least one. CORRUPT_SEGMENT (`damagedFrom`, `nextReadableOffset`) when damage may have held `fromOffset`; at damage
   * further on the run ends before it.
   */
  async read(fromOffset: Offset, limits: ReadLimits): Promise<BatchRun> {
    if (fromOffset >= this.nextOffset) return emptyRun(fromOffset)
    const start =
      this.#readEnds?.get(fromOffset) ?? (await peekBatch(this.#batches, this.#indexes, fromOffset))
    if (start === undefined || start.position === this.bytes) return emptyRun(fromOffset)
    const { content, headers, stop } = await this.#batches.read(start, limits.maxBytes)
    if (headers.length === 0 && stop !== undefined) {
      return this.#readAroundDamage(fromOffset, limits)
    }
    const run = trimRun(content, headers, limits)
    if (run.headers.length === 0) return emptyRun(fromOffset)
    this.#rememberReadEnd({
      position: (start.position + run.bytes.length) as Position,
      nextOffset: run.nextOffset,
    })
    return run
  }

  /** The first record at or after `fromOffset` whose timestamp is `timestamp` or later. CORRUPT_SEGMENT as `read`. */
  offsetForTimestamp(timestamp: number, fromOffset: Offset): Promise<FoundRecord | undefined> {
    return findRecordByTime(this.#batches, this.#indexes, timestamp, fromOffset)
  }

  /** Of all records, in milliseconds since the epoch. Undefined when none has one. */
  largestTimestamp(): Promise<number | undefined> {
    return largestTimestamp(this.#batches, this.#indexes)
  }

  /** The first batch's largest, by which Kafka measures `segmentMs`. Undefined when the segment is empty. */
  async firstTimestamp(): Promise<number | undefined> {
    for await (const scanned of this.#batches.scan(this.#batches.start)) {
      if (scanned.kind === 'batches') return scanned.headers[0]?.maxTimestamp
    }
    return undefined
  }

  /** Headers of the batches that end at or after `fromOffset`. CORRUPT_SEGMENT at damage. */
  async *headersFrom(fromOffset: Offset): AsyncGenerator<BatchHeader> {
    const start = await findBatch(this.#batches, this.#indexes, fromOffset)
    if (start === undefined) return
    for await (const scanned of this.#batches.scan(start)) {
      if (scanned.kind === 'damage') throw corruptSegment(this.#batches, scanned)
      yield* scanned.headers
    }
  }

  /** Of aborted transactions that touch [fromOffset, untilOffset), by `.txnindex`; none without that file. */
  async abortedTransactions(
    fromOffset: Offset,
    untilOffset: Offset,
  ): Promise<readonly AbortedTransaction[]> {
    const path = segmentFilePath(this.#directory, this.baseOffset, 'txnindex')
    this.#aborted ??= readTransactionIndex(this.#disk, path).catch((error: unknown) => {
      this.#aborted = undefined
      throw error
    })
    const aborted = await this.#aborted
    return aborted.filter(
      (transaction) =>
        transaction.lastOffset >= fromOffset && transaction.firstOffset < untilOffset,
    )
  }

  /** Truncates the log to a batch's end, and makes the indexes again. For repair. */
  async cutTo(bytes: Position, nextOffset: Offset): Promise<void> {
    await this.#indexes.ready()
    await this.#batches.cutTo({ position: bytes, nextOffset })
    this.#readEnds?.clear()
    await this.#indexes.rebuild()
  }

  /** Makes the indexes again from the batches, in memory: `seal` or `writeIndexes` puts them into their files. */
  async rebuildIndexes(): Promise<void> {
    await this.#indexes.ready()
    await this.#indexes.rebuild()
  }

  /** Closes the files, writing nothing: `seal` or `writeIndexes` first, to keep the indexes. */
  async close(): Promise<void> {
    await this.#batches.close()
    await this.#openIndexes?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get #indexes(): SegmentIndexes {
    if (this.#openIndexes === undefined) {
      const { access = 'write', syncedIndexes: synced } = this.#options
      const options = { ...this.#options, access, synced }
      this.#openIndexes = new SegmentIndexes(this.#disk, this.#directory, options, this.#batches)
    }
    return this.#openIndexes
  }

  /** The batch where `fromOffset` seemed to be is not sound: it may still be in a later one that is. */
  async #readAroundDamage(fromOffset: Offset, limits: ReadLimits): Promise<BatchRun> {
    const start = await findBatch(this.#batches, this.#indexes, fromOffset)
    if (start === undefined) return emptyRun(fromOffset)
    const { content, headers } = await this.#batches.read(start, limits.maxBytes)
    if (headers.length > 0) return trimRun(content, headers, limits)
    const detail = `${this.#batches.path}, byte ${start.position}: it reads differently each time.`
    throw new LogError('CORRUPT_SEGMENT', detail, {
      damagedFrom: start.nextOffset,
      nextReadableOffset: this.nextOffset,
    })
  }

  #rememberReadEnd(end: BatchStart): void {
    const ends = (this.#readEnds ??= new Map())
    ends.delete(end.nextOffset)
    ends.set(end.nextOffset, end)
    const [oldest] = ends.keys()
    if (ends.size > READ_ENDS_MAX && oldest !== undefined) ends.delete(oldest)
  }
}

/** Readers of one segment that go on without the index. */
const READ_ENDS_MAX = 16

function emptyRun(nextOffset: Offset): BatchRun {
  return { bytes: new Uint8Array(0), headers: [], nextOffset }
}

/** The batches that the limits allow. */
function trimRun(
  content: Uint8Array,
  headers: readonly BatchHeader[],
  limits: ReadLimits,
): BatchRun {
  let bytes = 0
  let count = 0
  for (const header of headers) {
    const isTooMuch = count > 0 && bytes + header.sizeInBytes > limits.maxBytes
    if (isTooMuch || header.lastOffset >= limits.untilOffset) break
    bytes += header.sizeInBytes
    count++
  }
  const last = headers[count - 1]
  return {
    bytes: content.subarray(0, bytes),
    headers: count === headers.length ? headers : headers.slice(0, count),
    nextOffset: ((last?.lastOffset ?? -1) + 1) as Offset,
  }
}
