/**
 * Both indexes of one segment, and the rule that makes their entries.
 *
 * Nothing is read before the first question. Then the files' entries are taken, the last of each is compared with the
 * batch that it names, and the rule goes on from there to the segment's end: what the files lack is in memory then.
 *
 * Invariants
 *   - an entry from a file is a hint: who follows it compares it with its batch, and calls `rebuild` when it lied;
 *   - no entry is ahead of the segment's bytes;
 *   - what is counted as synced is neither a closing entry nor an entry that was made again.
 */
import assert from 'node:assert/strict'
import type { Disk } from '@millrace/disk/disk'
import type { Offset, Position } from '@millrace/model/offset'
import { BATCH_HEADER_SIZE, type BatchHeader } from '@millrace/model/record-batch'
import { type BatchFile, startAfter } from './batch-file.ts'
import { collectEntries, IndexBuilder, type NewEntries } from './index-builder.ts'
import { type FoundEntry, IndexFile } from './index-file.ts'
import {
  OFFSET_INDEX_ENTRY_SIZE,
  type OffsetIndexEntry,
  offsetIndexFormat,
} from './offset-index.ts'
import { segmentFilePath } from './segment-files.ts'
import { TIME_INDEX_ENTRY_SIZE, type TimeIndexEntry, timeIndexFormat } from './time-index.ts'

export interface IndexSizes {
  readonly offsetIndexBytes: number
  readonly timeIndexBytes: number
}

export interface IndexOptions {
  readonly baseOffset: Offset
  readonly indexIntervalBytes: number
  readonly segmentIndexBytes: number
  readonly access: 'read' | 'write'
  /** Bytes beyond these are not believed. None: the segment is no longer written, and its files are whole. */
  readonly synced: IndexSizes | undefined
}

export class SegmentIndexes {
  readonly #options: IndexOptions
  readonly #batches: BatchFile
  readonly #offsets: IndexFile<OffsetIndexEntry>
  readonly #times: IndexFile<TimeIndexEntry>
  #builder: IndexBuilder
  #loading: Promise<void> | undefined
  #isLoaded = false
  #rebuilding: Promise<void> | undefined
  #isOwnWork = false
  #isLargestProven = false
  /** The last write, however it ended. */
  #writing = Promise.resolve()
  #synced: IndexSizes
  /** Where the last entry's batch begins: of all, of those in the file, of those synced. */
  #lastEntryAt = 0 as Position
  #writtenEntryAt = 0 as Position
  #syncedEntryAt = 0 as Position

  constructor(disk: Disk, directory: string, options: IndexOptions, batches: BatchFile) {
    const { baseOffset, access } = options
    const offsetPath = segmentFilePath(directory, baseOffset, 'index')
    const timePath = segmentFilePath(directory, baseOffset, 'timeindex')
    this.#options = options
    this.#batches = batches
    this.#offsets = new IndexFile(disk, offsetPath, offsetIndexFormat(baseOffset), access)
    this.#times = new IndexFile(disk, timePath, timeIndexFormat(baseOffset), access)
    this.#builder = new IndexBuilder(options.indexIntervalBytes, undefined)
    this.#synced = options.synced ?? NOTHING_SYNCED
  }

  /** Every entry was made by this process from sound batches: there is nothing to compare. */
  get isOwnWork(): boolean {
    return this.#isOwnWork
  }

  /** `largest` has been compared with the batches. */
  get isLargestProven(): boolean {
    return this.#isOwnWork || this.#isLargestProven
  }

  proveLargest(): void {
    this.#isLargestProven = true
  }

  get synced(): IndexSizes {
    return this.#synced
  }

  /** Bytes of the segment after the last synced entry; 0 before the indexes were first used. */
  get uncoveredBytes(): number {
    return this.#isLoaded ? this.#batches.bytes - this.#syncedEntryAt : 0
  }

  /** Of all batches. */
  get largest(): TimeIndexEntry | undefined {
    assert(this.#isLoaded)
    return this.#builder.largest
  }

  hasRoom(pendingBytes: number): boolean {
    const { indexIntervalBytes, segmentIndexBytes } = this.#options
    // No entry is made before more than an interval has gone by, nor more than one a batch.
    const bytesAnEntry = Math.max(indexIntervalBytes + 1, BATCH_HEADER_SIZE)
    const indexed = this.#isLoaded ? 0 : this.#batches.bytes
    const coming = Math.ceil((indexed + pendingBytes) / bytesAnEntry)
    const offsetEntriesMax = Math.floor(segmentIndexBytes / OFFSET_INDEX_ENTRY_SIZE)
    // The time index keeps a slot for its closing entry.
    const timeEntriesMax = Math.floor(segmentIndexBytes / TIME_INDEX_ENTRY_SIZE) - 1
    return (
      this.#offsets.count + coming < offsetEntriesMax && this.#times.count + coming < timeEntriesMax
    )
  }

  /** To be awaited before anything below. */
  ready(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  /** The batch that was just written at `position`. */
  add(header: BatchHeader, position: Position): void {
    assert(this.#isLoaded)
    const entries = this.#builder.add(header, position)
    if (entries !== undefined) this.#append(entries)
  }

  floorOffset(offset: Offset): Promise<FoundEntry<OffsetIndexEntry> | undefined> {
    return this.#offsets.floor((entry) => entry.offset <= offset)
  }

  floorTime(timestamp: number): Promise<FoundEntry<TimeIndexEntry> | undefined> {
    return this.#times.floor((entry) => entry.timestamp <= timestamp)
  }

  timeEntry(slot: number): Promise<TimeIndexEntry | undefined> {
    return this.#times.at(slot)
  }

  lastTimeEntry(): Promise<TimeIndexEntry | undefined> {
    return this.#times.at(this.#times.count - 1)
  }

  /** Makes every entry again, from the batches. */
  rebuild(): Promise<void> {
    this.#rebuilding ??= this.#rebuild().finally(() => {
      this.#rebuilding = undefined
    })
    return this.#rebuilding
  }

  async write(): Promise<void> {
    if (this.#isLoaded) await this.#inTurn(() => this.#write(undefined))
  }

  /** Also Kafka's closing entry of the time index. Further entries, if any come, take its place. */
  async writeClosed(): Promise<void> {
    await this.ready()
    await this.#inTurn(() => this.#write(this.#builder.closingEntry()))
  }

  async sync(): Promise<void> {
    const syncing = {
      offsetIndexBytes: this.#offsets.storedBytes,
      timeIndexBytes: this.#times.storedBytes,
    }
    const builder = this.#builder
    const entryAt = this.#writtenEntryAt
    await this.#offsets.sync()
    await this.#times.sync()
    if (!this.#isLoaded || builder !== this.#builder) return
    this.#synced = syncing
    this.#syncedEntryAt = entryAt
  }

  async close(): Promise<void> {
    await this.#offsets.close()
    await this.#times.close()
  }

  /** One write at a time. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    const written = this.#writing.then(write)
    this.#writing = written.catch(() => {})
    return written
  }

  async #write(closing: TimeIndexEntry | undefined): Promise<void> {
    const entryAt = this.#lastEntryAt
    await this.#offsets.write(undefined)
    await this.#times.write(closing)
    this.#writtenEntryAt = entryAt
  }

  async #load(): Promise<void> {
    const isEmpty = this.#batches.bytes === 0
    if (isEmpty || !(await this.#continueFromFiles())) await this.rebuild()
    this.#isLoaded = true
  }

  /** False when the files are not what they should be. */
  async #continueFromFiles(): Promise<boolean> {
    const { synced, indexIntervalBytes } = this.#options
    const offsetBytes = await this.#offsets.load(synced?.offsetIndexBytes ?? Infinity)
    const timeBytes = await this.#times.load(synced?.timeIndexBytes ?? Infinity)
    if (synced !== undefined && offsetBytes < synced.offsetIndexBytes) return false
    if (synced !== undefined && timeBytes < synced.timeIndexBytes) return false
    const largest = await this.lastTimeEntry()
    // The rule goes on from it: every later entry would inherit what is wrong with this one.
    if (synced !== undefined && largest !== undefined && !(await this.#namesItsBatch(largest))) {
      return false
    }
    const builder = new IndexBuilder(indexIntervalBytes, largest)
    const last = await this.#offsets.at(this.#offsets.count - 1)
    let from = this.#batches.start
    if (last !== undefined) {
      const header = await this.#batches.headerAt(last.position)
      if (header?.lastOffset !== last.offset) return false
      builder.continueAfterEntry(header)
      from = startAfter(last.position, header)
    }
    const entries: NewEntries[] = []
    await collectEntries(this.#batches, from, builder, entries)
    // Whole files lack nothing.
    if (synced === undefined && entries.length > 0) return false
    this.#builder = builder
    this.#lastEntryAt = last?.position ?? this.#lastEntryAt
    this.#writtenEntryAt = this.#syncedEntryAt = this.#lastEntryAt
    for (const entry of entries) this.#append(entry)
    return true
  }

  async #namesItsBatch({ offset, timestamp }: TimeIndexEntry): Promise<boolean> {
    const found = await this.floorOffset(offset)
    const header = found && (await this.#batches.headerAt(found.entry.position))
    let start = this.#batches.start
    if (found !== undefined && header !== undefined) {
      start = { position: found.entry.position, nextOffset: header.baseOffset }
    }
    while (start.position < this.#batches.bytes) {
      const headers = await this.#batches.peek(start)
      for (const { lastOffset, maxTimestamp } of headers) {
        if (lastOffset >= offset) return lastOffset === offset && maxTimestamp === timestamp
      }
      if (headers.length === 0) return false
      for (const each of headers) start = startAfter(start.position, each)
    }
    return false
  }

  async #rebuild(): Promise<void> {
    const builder = new IndexBuilder(this.#options.indexIntervalBytes, undefined)
    const entries: NewEntries[] = []
    let from = this.#batches.start
    // The segment may grow meanwhile. From the last look at its end to the exchange, nothing is awaited.
    do from = await collectEntries(this.#batches, from, builder, entries)
    while (from.position < this.#batches.bytes)
    this.#offsets.clear()
    this.#times.clear()
    this.#builder = builder
    this.#isOwnWork = true
    this.#synced = NOTHING_SYNCED
    this.#lastEntryAt = this.#writtenEntryAt = this.#syncedEntryAt = 0 as Position
    for (const entry of entries) this.#append(entry)
    if (this.#options.synced === undefined && this.#options.access === 'write') {
      // Of a sealed segment nobody else would. Should it fail, they stay in memory until the next life.
      await this.#inTurn(() => this.#write(builder.closingEntry())).catch(() => {})
    }
  }

  #append(entries: NewEntries): void {
    this.#offsets.append(entries.offset)
    if (entries.time !== undefined) this.#times.append(entries.time)
    this.#lastEntryAt = entries.offset.position
  }
}

export const NOTHING_SYNCED: IndexSizes = { offsetIndexBytes: 0, timeIndexBytes: 0 }
