import { join } from 'node:path'
import type { Clock } from '@millrace/disk/clock'
import type { Disk } from '@millrace/disk/disk'
import { acquireLock, type Lock } from '@millrace/disk/lock'
import type { LogConfig } from '@millrace/log/config'
import type { Log, LogId } from '@millrace/log/log'
import type { BrokerStatus } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { Change, ChangeOutcome, LogDescriptor } from './change.ts'
import type { StorageConfig } from './config.ts'
import {
  type DataDirectory,
  dataDirectoryAt,
  expectOwnOrEmpty,
  makeDirectories,
} from './data-directory.ts'
import { isNoRoom, type StorageState } from './health.ts'
import {
  copyLog,
  expectNoOpenTransaction,
  expectNotInternal,
  type ImportedLog,
  type ImportOptions,
  type LogToImport,
} from './import.ts'
import { keepProcessAlive } from './keep-alive.ts'
import { NOTHING_HIGHEST } from './log-creation.ts'
import { makeLogDirectory, removeLogDirectory } from './log-directory.ts'
import { listSegments, openingOf } from './manifest.ts'
import { retainedFrom, type RetentionLimits } from './retention.ts'
import { openParts, type StorageParts } from './storage-parts.ts'

export type { StorageState }
export type RecoveryReport = BrokerStatus['lastRecovery']

export interface StorageMetrics {
  readonly appends: number
  readonly appendedBytes: number
  readonly syncs: number
  /** How long the latest journal syncs took, oldest first, at most 1,000. */
  readonly syncSeconds: readonly number[]
  /** Synced, not in its segment yet. */
  readonly pendingBytes: number
  /** Handed in, not synced yet. */
  readonly waitingBytes: number
  readonly checkpoints: number
  readonly journalBytesUsed: number
  readonly journalBytesMax: number
  /** How fast appends become durable at present, bytes a second. */
  readonly drainRate: number
  /** At the last look, a second ago at most. */
  readonly diskFreeBytes: number
  readonly diskTotalBytes: number
}

/** The segment-file log engine: every log of one data directory, and the atomic append to several of them. */
export class Storage implements AsyncDisposable {
  readonly directory: string
  readonly #parts: StorageParts
  readonly #lock: Lock | undefined
  #closing: Promise<void> | undefined
  #takeBackWatch: (() => void) | undefined
  #bytesUntilLook = LOOK_EVERY_BYTES

  /**
   * Opens the data directory, after recovery; an empty or absent one is made.
   * DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_NEWER, DATA_DIRECTORY_DAMAGED, NOT_A_DATA_DIRECTORY.
   */
  static async open(
    disk: Disk,
    directory: string,
    clock: Clock,
    config: StorageConfig,
  ): Promise<Storage> {
    const paths = dataDirectoryAt(directory)
    await expectOwnOrEmpty(disk, paths)
    await makeDirectories(disk, directory)
    const lock = await acquireLock(paths.lock)
    try {
      return await Storage.#open(disk, paths, clock, config, lock)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** The same, for who knows that nobody else can have it open: it takes no lock. */
  static openAlone(
    disk: Disk,
    directory: string,
    clock: Clock,
    config: StorageConfig,
  ): Promise<Storage> {
    return Storage.#open(disk, dataDirectoryAt(directory), clock, config, undefined)
  }

  static async #open(
    disk: Disk,
    paths: DataDirectory,
    clock: Clock,
    config: StorageConfig,
    lock: Lock | undefined,
  ): Promise<Storage> {
    const storage = new Storage(await openParts(disk, paths, clock, config), lock)
    storage.#watchSpace()
    return storage
  }

  private constructor(parts: StorageParts, lock: Lock | undefined) {
    this.directory = parts.paths.path
    this.#parts = parts
    this.#lock = lock
  }

  /** Which data directory this is, wherever it lies: a UUID. */
  get id(): string {
    return this.#parts.id
  }

  get recovery(): RecoveryReport {
    return this.#parts.recovery
  }

  /** In batches that were brought in; -1: none. Producer ids that are given have to be above. */
  get highestProducerId(): number {
    return this.#parts.table.highestProducerId
  }

  /** Raised at every start. */
  get leaderEpoch(): number {
    return this.#parts.table.leaderEpoch
  }

  get state(): StorageState {
    const { health, space } = this.#parts
    const { failure } = health
    if (failure !== undefined) return { kind: 'failed', reason: failure.detail }
    if (this.#closing !== undefined) return { kind: 'stopping' }
    if (!space.isLow && !space.isExhausted) return { kind: 'ready' }
    return { kind: 'full', reason: space.shortage }
  }

  /** Resolves when a sync or a journal write failed. Otherwise never. */
  get failed(): Promise<LogError> {
    return this.#parts.health.failed
  }

  log(id: LogId): Log | undefined {
    return this.#parts.table.find(id)
  }

  logs(): Iterable<Log> {
    return this.#parts.table.logs
  }

  /** Never given twice. */
  allocateLogId(): LogId {
    return this.#parts.table.allocateId()
  }

  /**
   * Makes the directory on disk. Then append `{ kind: 'create' }`, or call `discardLog`; without either the next open
   * removes it. STORAGE_FULL leaves nothing behind. TOPIC_EXISTS.
   */
  async prepareLog(descriptor: LogDescriptor): Promise<void> {
    const { disk, health, paths, table } = this.#parts
    health.expectWriting()
    const { config, directory, log, topicId } = descriptor
    await this.#expectNameIsFree(directory)
    try {
      await makeLogDirectory(disk, paths.topics, directory, topicId)
    } catch (error) {
      if (!isNoRoom(error)) throw health.fail(error)
      await this.#removeDirectory(join(paths.topics, directory))
      const detail = `There is no room for ${directory}. Free some space, and try again.`
      throw new LogError('STORAGE_FULL', detail, { appended: false, cause: error })
    }
    const opening = table.emptyOpening(log, directory, config)
    table.prepare({ opening, config, highest: NOTHING_HIGHEST })
  }

  /** Takes `prepareLog` back, where no entry creates the log: its name is free again. */
  async discardLog(id: LogId): Promise<void> {
    const { health, table } = this.#parts
    const prepared = table.prepared(id)
    if (prepared === undefined || health.failure !== undefined) return
    await this.#removeDirectory(prepared.opening.directory)
    table.discard(id)
  }

  /** Recovered logs have the default configuration until they are told theirs. */
  configureLog(id: LogId, config: LogConfig): void {
    this.#parts.table.find(id)?.configure(config)
  }

  /**
   * All of the changes or none, durable when it resolves; appends are answered in their order. The bytes of the
   * batches belong to the log from here on: large ones are stamped where they lie. Rejects with
   * LOG_END_OFFSET_MISMATCH, PRODUCER_FENCED, OUT_OF_ORDER_SEQUENCE, OFFSET_OUT_OF_RANGE (log start),
   * UNKNOWN_TOPIC_OR_PARTITION, CORRUPT_BATCH, BODY_TOO_LARGE, STORAGE_FULL, STORAGE_FAILED, OVERLOADED, STOPPING.
   */
  append(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    this.#lookAtSpaceAfter(changes)
    return this.#parts.appender.append(changes)
  }

  /**
   * Brings in a partition of Kafka's, offsets and all. The store's leader epoch goes above those in it.
   * TOPIC_EXISTS; INVALID_TOPIC for an internal topic; INVALID_REQUEST when a transaction in it is open and that was
   * not said to be right.
   */
  async importLog(log: LogToImport, options: ImportOptions): Promise<ImportedLog> {
    const { disk, health, paths, table } = this.#parts
    health.expectWriting()
    expectNotInternal(log)
    expectNoOpenTransaction(log.plan, options)
    await this.#expectNameIsFree(log.directory)
    const { place, segments, setAside } = await copyLog(disk, paths, log)
    const id = table.allocateId()
    const { highestLeaderEpoch: leaderEpoch, highestProducerId: producerId } = log.plan
    table.prepare({
      opening: openingOf(paths, { ...place, id }, segments),
      config: log.config,
      highest: { leaderEpoch, producerId },
    })
    try {
      await this.append([{ kind: 'create', log: id }])
    } catch (error) {
      await this.discardLog(id)
      throw error
    }
    return { id, setAside }
  }

  /** Deletes by age and size (-1: without limit), as Kafka does. Answers with the log start offset. */
  async expire(log: Log, limits: RetentionLimits): Promise<Offset> {
    const { highWatermark, logStartOffset } = log
    const { nowMs } = this.#parts.retentionClock
    const bounds = { logStartOffset, highWatermark, nowMs }
    const retained = await retainedFrom(log.retainedSegments(), limits, bounds)
    if (retained > log.logStartOffset) {
      await this.append([{ kind: 'logStart', log: log.id, logStartOffset: retained }])
    }
    return log.logStartOffset
  }

  /** `flush` runs before each checkpoint is written; its failure is the storage's. */
  atCheckpoint(flush: () => Promise<void>): void {
    this.#parts.checkpointer.before(flush)
  }

  /** Files beside a log's segments without which it is not whole: from the next checkpoint on they must be there. */
  nameStateFiles(id: LogId, names: readonly string[]): void {
    this.#parts.table.nameStateFiles(id, names)
  }

  /** Makes a checkpoint now: what was removed before this call is gone from the disk after it. */
  checkpoint(): Promise<void> {
    return this.#parts.checkpointer.run()
  }

  /** The longest append that is ever taken: its batches, and what is said of each. */
  get appendBytesMax(): number {
    return this.#parts.journal.entryBytesMax
  }

  metrics(): StorageMetrics {
    const { appender, checkpointer, journal, space, writeBehind } = this.#parts
    const { syncTimes } = appender
    return {
      appends: appender.appends,
      appendedBytes: appender.appendedBytes,
      syncs: syncTimes.count,
      syncSeconds: syncTimes.seconds,
      pendingBytes: writeBehind.pendingBytes,
      waitingBytes: appender.waitingBytes,
      checkpoints: checkpointer.count,
      journalBytesUsed: journal.bytesUsed,
      journalBytesMax: journal.bytesMax,
      drainRate: appender.drainRate,
      diskFreeBytes: space.freeBytes,
      diskTotalBytes: space.totalBytes,
    }
  }

  /**
   * Stops taking appends, finishes those under way, writes everything behind, checkpoints. STORAGE_FAILED when it
   * cannot, also for want of room: then the next start has everything, from the journal.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #expectNameIsFree(directory: string): Promise<void> {
    const { checkpointer, disk, paths, table } = this.#parts
    // It is free again once a checkpoint is durable that does not name the directory.
    if (table.isBeingRemoved(directory)) await checkpointer.run()
    const segments = await listSegments(disk, join(paths.topics, directory))
    if (!table.isNameTaken(directory) && (segments?.length ?? 0) === 0) return
    throw new LogError('TOPIC_EXISTS', `The data directory has ${directory} already.`)
  }

  /** Where it stays for want of room, the next try or the next open removes it. */
  async #removeDirectory(path: string): Promise<void> {
    const { disk, health } = this.#parts
    try {
      await removeLogDirectory(disk, path)
    } catch (error) {
      if (!isNoRoom(error)) throw health.fail(error)
    }
  }

  async #close(): Promise<void> {
    const { clock, space } = this.#parts
    const letProcessEnd = keepProcessAlive()
    // The journal has what then is in no segment.
    const takeBack = clock.schedule(ROOM_AT_STOP_MS, () => space.giveUp())
    try {
      await this.#finish()
    } finally {
      takeBack()
      const closed = this.#closeFiles().finally(() => this.#lock?.release())
      await closed.finally(letProcessEnd)
    }
  }

  async #finish(): Promise<void> {
    const { appender, checkpointer, health, table } = this.#parts
    await appender.stop()
    const stopping = new LogError('STOPPING', 'The server stops; nothing more will come.')
    for (const log of table.logs) log.dismiss(stopping)
    await checkpointer.stop()
    if (health.failure === undefined) await checkpointer.finish()
  }

  async #closeFiles(): Promise<void> {
    const { health, journal, table, writeBehind } = this.#parts
    this.#takeBackWatch?.()
    await writeBehind.stop()
    const results = await Promise.allSettled([journal, ...table.logs].map((file) => file.close()))
    const failed = results.find((result) => result.status === 'rejected')
    // Of a disk that has failed already, it is known.
    if (failed !== undefined && health.failure === undefined) throw failed.reason
  }

  #lookAtSpaceAfter(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'batches') this.#bytesUntilLook -= change.bytes.length
    }
    if (this.#bytesUntilLook > 0) return
    this.#bytesUntilLook = LOOK_EVERY_BYTES
    void this.#lookAtSpace()
  }

  #watchSpace(): void {
    this.#takeBackWatch = this.#parts.clock.schedule(LOOK_EVERY_MS, () => {
      void this.#lookAtSpace().then(() => {
        if (this.#closing === undefined) this.#watchSpace()
      })
    })
  }

  async #lookAtSpace(): Promise<void> {
    const { health, space, writeBehind } = this.#parts
    try {
      await space.check(writeBehind.pendingBytes)
    } catch (error) {
      if (!isNoRoom(error)) health.fail(error)
    }
  }
}

const LOOK_EVERY_MS = 1_000
/** How long a stop waits for room on a full disk, or for a file handle. */
const ROOM_AT_STOP_MS = 3_000
const LOOK_EVERY_BYTES = 16 * 1024 * 1024
