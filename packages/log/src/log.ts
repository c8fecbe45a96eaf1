/**
 * One partition: its segments, the batches that are not in them yet, its watermarks, its producers.
 *
 * What is appended is placed here when its journal entry is formed, held until its segment has it, and readable
 * once the entry is synced. The storage calls these steps, in this order, for one entry after the other.
 *
 * Invariants
 *   - logStartOffset <= highWatermark <= logEndOffset; none of them ever goes down;
 *   - a segment never gets a byte of an entry that is not synced;
 *   - batches leave memory only once their segment has them.
 */
import assert from 'node:assert/strict'
import type { Disk } from '@millrace/disk/disk'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { LogConfig } from './config.ts'
import { placeBatches, type PlacedRun, stampRun } from './log-append.ts'
import type { LeaderEpoch } from './leader-epochs.ts'
import type { LogEnd } from './log-end.ts'
import { LogProducers } from './log-producers.ts'
import { expectInRange, type LogRead, type LogReadOptions, readLog } from './log-read.ts'
import type { LogState } from './log-state.ts'
import { findTimestamp, timestampAt } from './log-time.ts'
import { LogWriter } from './log-writer.ts'
import { openLogState, type LogOpening } from './log-opening.ts'
import { emptySegment } from './placement.ts'
import type { ProducerDecision } from './producer-state.ts'
import type { IndexSizes } from './segment.ts'
import { type RetainedSegment, retainedSegments } from './retained-segments.ts'
import { type Wake, WatermarkWaiters } from './watermark-waiters.ts'

export type { LogOpening } from './log-opening.ts'
export type { LogRead, LogReadOptions } from './log-read.ts'

declare const brand: unique symbol
/** A log's number in its store, never given twice: a topic made again has other ones. */
export type LogId = number & { readonly [brand]: 'LogId' }

export class Log {
  readonly id: LogId
  /** The name of its directory below `topics/`: `<topic>-<partition>`. */
  readonly name: string
  readonly #state: LogState
  readonly #writer: LogWriter
  readonly #producers: LogProducers
  readonly #waiters = new WatermarkWaiters()
  #loading: Promise<void> | undefined
  #lastSync: Promise<void> | undefined

  /** A log that has just been made: nothing is read before its first append. */
  static begin(disk: Disk, opening: LogOpening, config: LogConfig, nowMs: number): Log {
    const log = new Log(disk, opening, config, nowMs)
    if (opening.segments.length === 0) log.#producers.beginEmpty()
    return log
  }

  constructor(disk: Disk, opening: LogOpening, config: LogConfig, nowMs: number) {
    this.id = opening.id
    this.name = opening.name
    this.#state = openLogState(disk, opening, config, nowMs)
    this.#writer = new LogWriter(this.#state)
    this.#producers = new LogProducers(disk, opening.directory)
  }

  get logStartOffset(): Offset {
    return this.#state.logStartOffset
  }

  /** The first offset not yet synced. */
  get highWatermark(): Offset {
    return this.#state.highWatermark
  }

  get logEndOffset(): Offset {
    return this.#state.logEndOffset
  }

  get config(): LogConfig {
    return this.#state.config
  }

  /** Offsets may skip, never fall: it was brought in after compaction. */
  get gaps(): boolean {
    return this.#state.gaps
  }

  /** Of its batches, on disk or on the way there. */
  get bytes(): number {
    let bytes = this.#state.pending.bytes
    for (const segment of this.#state.segments) bytes += segment.bytes
    return bytes
  }

  get segmentCount(): number {
    const { active, segments } = this.#state
    return segments.count + (segments.last?.baseOffset === active.baseOffset ? 0 : 1)
  }

  // Reading.

  /**
   * Whole batches at or after `fromOffset`, below the high watermark; control batches and batches of aborted
   * transactions are left out. OFFSET_OUT_OF_RANGE outside [logStartOffset, logEndOffset]; CORRUPT_SEGMENT
   * with `damagedFrom` and `nextReadableOffset`; UNKNOWN_TOPIC_OR_PARTITION once the log is removed.
   */
  read(fromOffset: Offset, options: LogReadOptions): Promise<LogRead> {
    return this.#whileThere(() => readLog(this.#state, fromOffset, options))
  }

  /** Calls `wake` once the high watermark is above `above`, or the log is removed; at once if it is. */
  watch(above: Offset, wake: Wake): void {
    if (this.#state.gone !== undefined || this.highWatermark > above) wake(this.#state.gone)
    else this.#waiters.add(above, wake)
  }

  /** Takes that back. */
  unwatch(wake: Wake): void {
    this.#waiters.forget(wake)
  }

  /** The first record at or after `timestamp` (epoch milliseconds), below the high watermark. */
  offsetForTimestamp(timestamp: number): Promise<Offset | undefined> {
    return this.#whileThere(() => findTimestamp(this.#state, timestamp))
  }

  /** Of the first record at or after `offset`, in epoch milliseconds; undefined when there is none. */
  timestampAt(offset: Offset): Promise<number | undefined> {
    return this.#whileThere(async () => {
      expectInRange(this.#state, offset)
      return timestampAt(this.#state, offset)
    })
  }

  // Forming an entry.

  /** Whether batches can be placed without reading a file. */
  get isLoaded(): boolean {
    return this.#producers.isLoaded
  }

  /** Before the first append of this life: the producers, and when the active segment began. Later there is no need. */
  load(): Promise<void> {
    if (this.isLoaded) return Promise.resolve()
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  /** What the sequence says of a batch that is not stamped yet. PRODUCER_FENCED, OUT_OF_ORDER_SEQUENCE. */
  checkProducer(header: BatchHeader): ProducerDecision {
    return this.#producers.check(header)
  }

  /** Gives batches the next offsets and their places. The log now ends after them. */
  place(headers: readonly BatchHeader[], nowMs: number): readonly PlacedRun[] {
    assert(this.isLoaded)
    const { lastAppendTime } = this.#producers
    return placeBatches(this.#state, headers, { nowMs, lastAppendTime })
  }

  /** Stamps the run's batches where they lie, and holds them until their segment has them. */
  hold(run: PlacedRun, bytes: Uint8Array, leaderEpoch: number): void {
    for (const batch of stampRun(run, bytes, leaderEpoch)) {
      this.#producers.apply(batch.header)
      this.#state.pending.hold(batch)
    }
  }

  // Once the entry is synced.

  /** All that is held can be read. */
  markSynced(): void {
    this.#state.pending.markSynced()
    this.#state.highWatermark = this.#state.logEndOffset
    this.#waiters.wakeBelow(this.#state.highWatermark)
  }

  /** Never goes down, nor above the high watermark. */
  raiseLogStart(offset: Offset): void {
    assert(offset <= this.highWatermark)
    if (offset <= this.logStartOffset) return
    this.#state.logStartOffset = offset
    this.#producers.forgetBefore(offset)
  }

  /** The log is removed: nobody waits for it any more, and what is pending goes nowhere. */
  markRemoved(): void {
    const gone = goneError(this.name)
    this.#state.isRemoved = true
    this.#state.gone = gone
    this.#state.pending.clear()
    this.#waiters.dismiss(gone)
  }

  /** The store stops: waiting readers are told. */
  dismiss(error: LogError): void {
    this.#waiters.dismiss(error)
  }

  // Writing behind, and what a checkpoint needs.

  /** Synced in the journal, not in a segment. */
  get pendingBytes(): number {
    return this.#state.pending.syncedBytes
  }

  /** Up to `maxBytes` of the oldest. See `LogWriter.writeBehind`. */
  writeBehind(maxBytes: number): Promise<number> {
    return this.#writer.writeBehind(maxBytes)
  }

  /** Where the log goes on. */
  get end(): LogEnd {
    const { active, logEndOffset } = this.#state
    return { logEndOffset, segment: active.baseOffset, bytes: active.bytes }
  }

  /** The first offset that the segments do not have. */
  get writtenOffset(): Offset {
    return this.#state.pending.firstOffset ?? this.logEndOffset
  }

  /** As far as the active segment's indexes are on disk for certain. */
  get syncedIndexes(): IndexSizes {
    const { active, segments } = this.#state
    const { last } = segments
    return last?.baseOffset === active.baseOffset ? last.syncedIndexes : NO_INDEXES
  }

  /** When everything is deleted, a new segment begins, so that the last one can go too. */
  rollWhenAllIsDeleted(nowMs: number): void {
    const { active, logEndOffset, logStartOffset } = this.#state
    if (active.bytes === 0 || logStartOffset < logEndOffset) return
    this.#state.active = emptySegment(logEndOffset, nowMs)
    this.#writer.wantSegment(logEndOffset)
  }

  /** Whether writing behind has still to bring something below `offset` to the segments. */
  isBehind(offset: Offset): boolean {
    return this.writtenOffset < offset || this.#writer.lacksSegment
  }

  /** Given to the segments since the last sync began. */
  get unsyncedBytes(): number {
    return this.#writer.unsyncedBytes
  }

  /**
   * Syncs what the segments were given before this call, so many segments at a time. A failed sync is never to be
   * repeated.
   */
  sync(atOnce: number): Promise<void> {
    return this.#syncInTurn(() => this.#sync(atOnce))
  }

  /** Syncs the batches that they were given, and nothing beside them, so that `sync` has less to do. */
  syncBatches(): Promise<void> {
    return this.#syncInTurn(() => this.#writer.syncBatches())
  }

  /** After the one under way: what that has taken up is not synced before it ends. Its failure is its caller's. */
  #syncInTurn(sync: () => Promise<void>): Promise<void> {
    const before = this.#lastSync?.catch(() => undefined)
    this.#lastSync = before === undefined ? sync() : before.then(sync)
    return this.#lastSync
  }

  async #sync(atOnce: number): Promise<void> {
    if (this.#producers.isLoaded && this.#producers.uncoveredBytes > PRODUCERS_BEHIND_BYTES_MAX) {
      await this.#producers.save(this.highWatermark)
    }
    await this.#writer.sync(atOnce)
  }

  /** Whether a clean stop has anything to do for this log. */
  get isWritten(): boolean {
    return this.#writer.isWritten || this.#writer.newEpochs.length > 0
  }

  /** For retention: the segments on disk, the oldest first. */
  retainedSegments(): readonly RetainedSegment[] {
    return retainedSegments(this.#state)
  }

  /** For a clean stop. Answers with the index sizes that the last checkpoint is to name. */
  async finish(): Promise<IndexSizes> {
    if (this.#producers.isLoaded && this.#producers.uncoveredBytes > 0) {
      await this.#producers.save(this.highWatermark)
    }
    await this.#writer.sync(1)
    return (await this.#writer.finish()) ?? NO_INDEXES
  }

  /** Removes files of segments wholly below `offset`: no checkpoint names them any more. */
  deleteBelow(offset: Offset): Promise<void> {
    return this.#writer.deleteBelow(offset)
  }

  /** After recovery: removes an empty segment that was made for what never came. */
  deleteBeyondEnd(): Promise<void> {
    return this.#writer.deleteBeyondEnd()
  }

  configure(config: LogConfig): void {
    this.#state.config = config
  }

  /** Leader epochs that began and are not in the log's own file yet. */
  get newEpochs(): readonly LeaderEpoch[] {
    return this.#writer.newEpochs
  }

  /** An epoch began in a batch that the segments were given without this log: by a replay. */
  noteEpoch(epoch: LeaderEpoch): void {
    this.#writer.noteEpoch(epoch)
  }

  async close(): Promise<void> {
    this.#state.isRemoved = true
    this.#state.gone ??= new LogError('STOPPING', `${this.name} is closed.`)
    await this.#state.segments.retire([...this.#state.segments])
  }

  /** What a read meets in a log that goes under it is not what is wrong. */
  async #whileThere<T>(read: () => Promise<T>): Promise<T> {
    if (this.#state.gone !== undefined) throw this.#state.gone
    try {
      return await read()
    } catch (error) {
      throw this.#state.gone ?? error
    }
  }

  async #load(): Promise<void> {
    const { active, segments, logStartOffset } = this.#state
    assert(this.#state.pending.isEmpty)
    if (active.bytes > 0 && active.firstTimestamp === undefined) {
      const firstTimestamp = await segments.last?.firstTimestamp().catch(() => undefined)
      this.#state.active = { ...active, firstTimestamp }
    }
    await this.#producers.load(segments, logStartOffset)
  }
}

function goneError(name: string): LogError {
  return new LogError('UNKNOWN_TOPIC_OR_PARTITION', `${name} has been deleted.`)
}

const NO_INDEXES: IndexSizes = { offsetIndexBytes: 0, timeIndexBytes: 0 }
/** So much is read at most to learn of the producers, beyond what was saved of them. */
const PRODUCERS_BEHIND_BYTES_MAX = 4 * 1024 * 1024
