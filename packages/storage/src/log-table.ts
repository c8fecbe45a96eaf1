import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { LOG_CONFIG_DEFAULTS, type LogConfig } from '@millrace/log/config'
import { Log, type LogId, type LogOpening } from '@millrace/log/log'
import type { NamedLog } from './checkpoint.ts'
import type { HighestNumbers } from './log-creation.ts'
import { FIRST_OFFSET, type Position } from '@millrace/model/offset'

/** A log whose files are still there, though nothing reads them any more. */
export interface RemovedLog {
  readonly id: LogId
  /** Below `topics/`. */
  readonly directory: string
}

/** What only goes up, over all lives of a store. */
export interface StoreCounters {
  readonly nextLogId: number
  readonly leaderEpoch: number
  readonly highestProducerId: number
}

/** Its directory is there; the entry that creates it is to come. */
export interface PreparedLog {
  readonly opening: LogOpening
  readonly config: LogConfig
  readonly highest: HighestNumbers
}

/** Every log of the store, and what became of the others. */
export class LogTable {
  readonly #disk: Disk
  readonly #topics: string
  readonly #clock: Clock
  readonly #logs = new Map<LogId, Log>()
  readonly #prepared = new Map<LogId, PreparedLog>()
  readonly #removing = new Set<LogId>()
  readonly #removed = new Map<LogId, RemovedLog>()
  readonly #removedLogs = new Map<LogId, Log>()
  readonly #stateFiles = new Map<LogId, readonly string[]>()
  #nextId: number
  /** One number for the store; batches carry it. */
  #leaderEpoch: number
  #highestProducerId: number

  constructor(disk: Disk, topics: string, clock: Clock, counters: StoreCounters) {
    this.#disk = disk
    this.#topics = topics
    this.#clock = clock
    this.#nextId = counters.nextLogId
    this.#leaderEpoch = counters.leaderEpoch
    this.#highestProducerId = counters.highestProducerId
  }

  allocateId(): LogId {
    return this.#nextId++ as LogId
  }

  get counters(): StoreCounters {
    return {
      nextLogId: this.#nextId,
      leaderEpoch: this.#leaderEpoch,
      highestProducerId: this.#highestProducerId,
    }
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  /** In batches that were brought in; -1: none. Whoever gives producer ids goes on above it. */
  get highestProducerId(): number {
    return this.#highestProducerId
  }

  /** What was brought in may have higher ones than this store ever gave. */
  raise(highest: HighestNumbers): void {
    this.#leaderEpoch = Math.max(this.#leaderEpoch, highest.leaderEpoch + 1)
    this.#highestProducerId = Math.max(this.#highestProducerId, highest.producerId)
  }

  find(id: LogId): Log | undefined {
    return this.#logs.get(id)
  }

  get logs(): Iterable<Log> {
    return this.#logs.values()
  }

  get count(): number {
    return this.#logs.size
  }

  /** Logs that were removed and whose directories are still there. */
  get removed(): Iterable<RemovedLog> {
    return this.#removed.values()
  }

  isNameTaken(directory: string): boolean {
    for (const log of this.#logs.values()) if (log.name === directory) return true
    for (const { opening } of this.#prepared.values()) if (opening.name === directory) return true
    return false
  }

  isBeingRemoved(directory: string): boolean {
    for (const removed of this.#removed.values()) if (removed.directory === directory) return true
    return false
  }

  /** Its directory is made; the entry that creates it comes later. */
  prepare(prepared: PreparedLog): void {
    assert(!this.#logs.has(prepared.opening.id))
    this.#prepared.set(prepared.opening.id, prepared)
  }

  prepared(id: LogId): PreparedLog | undefined {
    return this.#prepared.get(id)
  }

  /** Its directory is gone again; no entry creates it. */
  discard(id: LogId): void {
    assert(this.#prepared.delete(id))
  }

  /** The entry that creates it is formed. */
  create(id: LogId): Log {
    const prepared = this.#prepared.get(id)
    assert(prepared !== undefined)
    this.#prepared.delete(id)
    const { config, highest, opening } = prepared
    this.raise(highest)
    const log = Log.begin(this.#disk, opening, config, this.#clock.nowMs())
    this.#logs.set(id, log)
    return log
  }

  /** A log that a checkpoint names, or an entry that is read back creates. */
  open(opening: LogOpening): Log {
    assert(!this.#logs.has(opening.id))
    const { indexIntervalBytes, segmentIndexBytes } = opening
    const config = { ...LOG_CONFIG_DEFAULTS, indexIntervalBytes, segmentIndexBytes }
    const log = new Log(this.#disk, opening, config, this.#clock.nowMs())
    this.#logs.set(opening.id, log)
    this.#nextId = Math.max(this.#nextId, opening.id + 1)
    return log
  }

  /** The entry that removes it is formed: nothing more goes into the log. */
  beginRemoval(log: Log): void {
    this.#removing.add(log.id)
  }

  isRemoving(id: LogId): boolean {
    return this.#removing.has(id)
  }

  /** That entry is synced. The log's directory goes after the next checkpoint. */
  remove(log: Log): void {
    this.#removing.delete(log.id)
    assert(this.#logs.delete(log.id))
    this.#removed.set(log.id, { id: log.id, directory: log.name })
    this.#removedLogs.set(log.id, log)
    this.#stateFiles.delete(log.id)
    log.markRemoved()
  }

  noteRemoved(removed: RemovedLog): void {
    this.#removed.set(removed.id, removed)
    this.#nextId = Math.max(this.#nextId, removed.id + 1)
  }

  /** Its directory is gone. */
  forgetRemoved(removed: RemovedLog): void {
    this.#removed.delete(removed.id)
    this.#removedLogs.delete(removed.id)
  }

  /** When it was removed in this life, so that its files can be closed. */
  removedLog(id: LogId): Log | undefined {
    return this.#removedLogs.get(id)
  }

  /** What is beside the log's segments and belongs to it; the next checkpoint names them. */
  nameStateFiles(id: LogId, names: readonly string[]): void {
    this.#stateFiles.set(id, names)
  }

  /** What a checkpoint says of a log. */
  describe(log: Log): NamedLog {
    const { end, gaps, id, logStartOffset, name, syncedIndexes } = log
    const { indexIntervalBytes, segmentIndexBytes } = log.config
    const place = { id, name, logStartOffset, end, syncedIndexes, gaps }
    const stateFiles = this.#stateFiles.get(id) ?? []
    const { newEpochs } = log
    return { ...place, indexIntervalBytes, segmentIndexBytes, stateFiles, newEpochs }
  }

  /** How an empty log begins. */
  emptyOpening(id: LogId, directory: string, config: LogConfig): LogOpening {
    const { indexIntervalBytes, segmentIndexBytes } = config
    return {
      id,
      name: directory,
      directory: join(this.#topics, directory),
      logStartOffset: FIRST_OFFSET,
      end: { logEndOffset: FIRST_OFFSET, segment: FIRST_OFFSET, bytes: 0 as Position },
      syncedIndexes: { offsetIndexBytes: 0, timeIndexBytes: 0 },
      gaps: false,
      indexIntervalBytes,
      segmentIndexBytes,
      segments: [],
    }
  }
}
