import type { Clock } from '@millrace/disk/clock'
import type { Log } from '@millrace/log/log'
import type { Offset } from '@millrace/model/offset'
import type { DiskSpace } from './disk-space.ts'
import { type Health, isNoRoom } from './health.ts'

/**
 * Brings synced batches from memory to their segments, in large writes and never more than two at once: the
 * journal must not wait for a thread. A write that finds no room is repeated, at the same place.
 */
export class WriteBehind {
  readonly #clock: Clock
  readonly #health: Health
  readonly #space: DiskSpace
  /** Logs with pending batches, the longest waiting first, and since when, in monotonic milliseconds. */
  readonly #since = new Map<Log, number>()
  /** Those that have so much that it is worth a write. */
  readonly #ready = new Set<Log>()
  readonly #writing = new Map<Log, Promise<void>>()
  /** What a checkpoint waits for: the segments are to have all below these offsets. */
  readonly #targets = new Map<Log, Offset>()
  /** Logs whose segments were written to since they were last taken. */
  #written = new Set<Log>()
  #waiting: { readonly isOver: () => boolean; readonly resolve: () => void }[] = []
  #pendingBytes = 0
  #takeBackTimer: (() => void) | undefined
  #isBlocked = false
  #earlySync: Promise<void> | undefined
  #isStopped = false

  constructor(clock: Clock, health: Health, space: DiskSpace) {
    this.#clock = clock
    this.#health = health
    this.#space = space
    void health.failed.then(() => this.#wake())
  }

  /** Synced, and in no segment yet. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** The log has this many more synced bytes than before. */
  note(log: Log, bytes: number): void {
    this.#pendingBytes += bytes
    if (!this.#since.has(log)) this.#since.set(log, this.#clock.monotonicMs())
    if (log.pendingBytes >= LOG_BYTES_MAX) this.#ready.add(log)
  }

  /** After `note`: begins what is due. */
  start(): void {
    while (this.#writing.size < WRITES_AT_ONCE && !this.#isBlocked && !this.#isStopped) {
      const log = this.#next()
      if (log === undefined) break
      this.#writing.set(log, this.#write(log))
    }
    if (this.#since.size > 0 && !this.#isStopped) this.#startTimer()
  }

  /** The log is removed: its batches go nowhere. */
  forget(log: Log, bytes: number): void {
    this.#pendingBytes -= bytes
    this.#since.delete(log)
    this.#ready.delete(log)
    this.#targets.delete(log)
    this.#written.delete(log)
    this.#wake()
  }

  /** Resolves when there is room for more, or none will be made any more. */
  belowLimit(): Promise<void> {
    return this.#until(() => this.#pendingBytes <= PENDING_BYTES_MAX)
  }

  get isOverLimit(): boolean {
    return this.#pendingBytes > PENDING_BYTES_MAX
  }

  /** Resolves when the segments have everything below these offsets. Rejects once writing has failed. */
  async bring(targets: ReadonlyMap<Log, Offset>): Promise<void> {
    for (const [log, offset] of targets) {
      if (!log.isBehind(offset)) continue
      this.#targets.set(log, offset)
      this.#ready.add(log)
    }
    this.start()
    await this.#until(() => this.#targets.size === 0)
    this.#health.expectWriting()
  }

  /** Logs whose segments were written to since the last call. */
  takeWritten(): ReadonlySet<Log> {
    const taken = this.#written
    this.#written = new Set()
    return taken
  }

  /** Resolves when no write to this log, nor an early sync, is under way. */
  async idle(log: Log): Promise<void> {
    await this.#writing.get(log)
    await this.#earlySync
  }

  /** No write is under way any more; none begins. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#takeBackTimer?.()
    await Promise.all(this.#writing.values())
    await this.#earlySync
  }

  #next(): Log | undefined {
    for (const log of this.#ready) if (!this.#writing.has(log)) return log
    const dueSince = this.#clock.monotonicMs() - WAIT_MS_MAX
    const areAllDue = this.#pendingBytes >= TOTAL_BYTES_MAX
    for (const [log, since] of this.#since) {
      if (!areAllDue && since > dueSince) return undefined
      if (!this.#writing.has(log)) return log
    }
    return undefined
  }

  /** Never rejects. */
  async #write(log: Log): Promise<void> {
    this.#ready.delete(log)
    this.#written.add(log)
    let failure: unknown
    try {
      const bytes = await log.writeBehind(WRITE_BYTES_MAX)
      this.#settle(log, bytes)
    } catch (error) {
      failure = error
      this.#ready.add(log)
    }
    this.#writing.delete(log)
    if (failure !== undefined) await this.#onFailure(failure)
    this.#wake()
    if (this.#health.failure === undefined) this.start()
  }

  /**
   * What one log was given is synced bit by bit: all of it at the checkpoint would hold up the journal's syncs.
   * Never more than one beside the checkpoint's.
   */
  async #syncEarly(log: Log): Promise<void> {
    try {
      await log.syncBatches()
    } catch (error) {
      this.#health.fail(error)
    }
    this.#earlySync = undefined
  }

  #settle(log: Log, bytes: number): void {
    this.#written.add(log)
    if (log.unsyncedBytes >= UNSYNCED_BYTES_MAX) this.#earlySync ??= this.#syncEarly(log)
    const isKnown = this.#since.delete(log)
    if (isKnown) this.#pendingBytes -= bytes
    if (log.pendingBytes > 0) {
      this.#since.set(log, this.#clock.monotonicMs())
      if (log.pendingBytes >= LOG_BYTES_MAX) this.#ready.add(log)
    }
    const target = this.#targets.get(log)
    if (target === undefined) return
    if (log.isBehind(target)) this.#ready.add(log)
    else this.#targets.delete(log)
  }

  async #onFailure(error: unknown): Promise<void> {
    if (!isNoRoom(error)) {
      this.#health.fail(error)
      return
    }
    this.#isBlocked = true
    await this.#space.waitForRoom(error)
    this.#isBlocked = false
  }

  #startTimer(): void {
    this.#takeBackTimer ??= this.#clock.schedule(WAIT_MS_MAX, () => {
      this.#takeBackTimer = undefined
      this.start()
    })
  }

  #until(isOver: () => boolean): Promise<void> {
    if (isOver() || this.#health.failure !== undefined) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ isOver, resolve }))
  }

  #wake(): void {
    if (this.#waiting.length === 0) return
    const hasFailed = this.#health.failure !== undefined
    const over = this.#waiting.filter(({ isOver }) => hasFailed || isOver())
    this.#waiting = this.#waiting.filter((waiter) => !over.includes(waiter))
    for (const { resolve } of over) resolve()
  }
}

const KiB = 1024
const MiB = 1024 * KiB
/** A log that has so much is written at once. */
const LOG_BYTES_MAX = 256 * KiB
/** When all have so much together, the longest waiting are. */
const TOTAL_BYTES_MAX = 8 * MiB
/** And nobody waits longer. */
const WAIT_MS_MAX = 200
/** Over this, appends wait. */
const PENDING_BYTES_MAX = 32 * MiB
/** A log that was given so much is synced before the checkpoint. */
const UNSYNCED_BYTES_MAX = 4 * MiB
const WRITES_AT_ONCE = 2
const WRITE_BYTES_MAX = 4 * MiB
