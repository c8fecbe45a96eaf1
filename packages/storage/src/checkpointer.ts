import { join } from 'node:path'
import type { Log } from '@millrace/log/log'
import { replaceFileDurably } from '@millrace/log/whole-file'
import type { Offset } from '@millrace/model/offset'
import { eachAtMost } from '@millrace/log/bounded'
import { type Checkpoint, encodeCheckpoint, type NamedLog } from './checkpoint.ts'
import { isNoRoom } from './health.ts'
import type { JournalMark } from './journal-room.ts'
import { removeLogDirectory } from './log-directory.ts'
import type { RemovedLog } from './log-table.ts'
import type { RunningParts } from './running-parts.ts'

/**
 * Brings the segments up to the journal, from time to time, so that the journal's room is free again: when half
 * of it is used, after 30 s, or after 1 s of quiet.
 */
export class Checkpointer {
  readonly #parts: RunningParts
  readonly #flushes: (() => Promise<void>)[] = []
  /** Written to and not synced, when the last try ended too soon. */
  readonly #unsynced = new Set<Log>()
  #running: Promise<void> | undefined
  #again: Promise<void> | undefined
  #count = 0
  /** Monotonic milliseconds. */
  #firstEntryMs: number | undefined
  #lastEntryMs = 0
  #takeBackTimer: (() => void) | undefined

  constructor(parts: RunningParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#count
  }

  /** Runs before a checkpoint is written. Its failure is the storage's. */
  before(flush: () => Promise<void>): void {
    this.#flushes.push(flush)
  }

  /** An entry was synced. */
  noteEntry(): void {
    const { clock, health, journal, room } = this.#parts
    this.#lastEntryMs = clock.monotonicMs()
    this.#firstEntryMs ??= this.#lastEntryMs
    if (journal.wantsSlot && health.failure === undefined) void this.#makeSlot()
    if (room.isHalfUsed) void this.run()
    else this.#startTimer()
  }

  /** Resolves when a checkpoint is durable that was taken after this call. Rejects once writing has failed. */
  run(): Promise<void> {
    // Also when the one before it has just ended: it begins at once, and two at a time would meet in their files.
    if (this.#again !== undefined) return this.#again
    if (this.#running === undefined) return this.#begin()
    const { health } = this.#parts
    this.#again = this.#running.then(() => {
      this.#again = undefined
      health.expectWriting()
      return this.#begin()
    })
    this.#again.catch(() => undefined)
    return this.#again
  }

  /** The last one, of a clean stop: indexes complete and synced. Nothing is appended any more. */
  async finish(): Promise<void> {
    const { disk, gate, paths, space, table, health } = this.#parts
    const taken = await gate.between(() => this.#take())
    for (;;) {
      try {
        health.expectWriting()
        await this.#bringAndSync(taken.ends)
        const logs: NamedLog[] = []
        await eachAtMost(SYNCS_AT_STOP, table.logs, async (log) => {
          const syncedIndexes = log.isWritten ? await log.finish() : log.syncedIndexes
          logs.push({ ...table.describe(log), syncedIndexes })
        })
        for (const flush of this.#flushes) await flush()
        const checkpoint = { ...taken.checkpoint, logs }
        await replaceFileDurably(disk, paths.checkpoint, encodeCheckpoint(checkpoint))
        await this.#deleteUnnamed(taken)
        return
      } catch (error) {
        if (!isNoRoom(error)) throw health.fail(error)
        await space.waitForRoom(error)
      }
    }
  }

  /** No timer begins one any more; one under way comes to its end. */
  async stop(): Promise<void> {
    this.#takeBackTimer?.()
    this.#takeBackTimer = undefined
    this.#firstEntryMs = undefined
    await (this.#again ?? this.#running)?.catch(() => undefined)
  }

  #begin(): Promise<void> {
    const running = this.#runUntilDone().finally(() => (this.#running = undefined))
    this.#running = running.catch(() => undefined)
    running.catch(() => undefined)
    return running
  }

  async #runUntilDone(): Promise<void> {
    const { health, space } = this.#parts
    for (;;) {
      try {
        health.expectWriting()
        await this.#runOnce()
        return
      } catch (error) {
        if (!isNoRoom(error)) throw health.fail(error)
        await space.waitForRoom(error)
      }
    }
  }

  async #runOnce(): Promise<void> {
    const { disk, paths, room } = this.#parts
    let taken = await this.#takeAndSync()
    while (this.#namesRemoved(taken)) taken = await this.#takeAndSync()
    await replaceFileDurably(disk, paths.checkpoint, encodeCheckpoint(taken.checkpoint))
    this.#count++
    room.release(taken.mark)
    await this.#deleteUnnamed(taken)
  }

  async #takeAndSync(): Promise<TakenCheckpoint> {
    const { gate, writeBehind } = this.#parts
    const taken = await gate.between(() => this.#take())
    await writeBehind.bring(taken.ends)
    await this.#sync(SYNCS_AT_ONCE, 1)
    for (const flush of this.#flushes) await flush()
    return taken
  }

  /** A log that was removed meanwhile may not have been brought and synced: as it was taken, it will never be. */
  #namesRemoved({ ends }: TakenCheckpoint): boolean {
    for (const log of ends.keys()) if (this.#parts.table.find(log.id) !== log) return true
    return false
  }

  /** Between two entries: all that is placed is synced. */
  #take(): TakenCheckpoint {
    const { clock, journal, room, table } = this.#parts
    const nowMs = clock.nowMs()
    const ends = new Map<Log, Offset>()
    for (const log of table.logs) {
      log.rollWhenAllIsDeleted(nowMs)
      ends.set(log, log.logEndOffset)
    }
    const mark = room.mark()
    this.#firstEntryMs = undefined
    const checkpoint = {
      journal: { run: journal.run, ...mark.next },
      slots: journal.slotSizes,
      wallClockMs: nowMs,
      ...table.counters,
      logs: [...table.logs].map((log) => table.describe(log)),
      removed: [...table.removed],
    }
    return { checkpoint, ends, mark }
  }

  /** Syncs beside the writing: files that are not synced could not be closed when too many are open. */
  async #bringAndSync(ends: TakenCheckpoint['ends']): Promise<void> {
    const { clock, writeBehind } = this.#parts
    let isUnderWay = true
    const brought = writeBehind.bring(ends).finally(() => (isUnderWay = false))
    const ended = brought.catch(() => undefined)
    while (isUnderWay) {
      await Promise.race([ended, new Promise<void>((resolve) => clock.schedule(PAUSE_MS, resolve))])
      await this.#sync(SYNCS_AT_STOP, SYNCS_AT_STOP)
    }
    // Its failure is the storage's.
    await brought
  }

  async #sync(logsAtOnce: number, segmentsAtOnce: number): Promise<void> {
    for (const log of this.#parts.writeBehind.takeWritten()) this.#unsynced.add(log)
    await eachAtMost(logsAtOnce, [...this.#unsynced], async (log) => {
      if (this.#parts.table.find(log.id) === log) await log.sync(segmentsAtOnce)
      this.#unsynced.delete(log)
    })
  }

  /** What the checkpoint, durable now, does not name any more. */
  async #deleteUnnamed({ checkpoint, ends }: TakenCheckpoint): Promise<void> {
    const { table } = this.#parts
    const starts = new Map(checkpoint.logs.map((log) => [log.id, log.logStartOffset]))
    for (const log of ends.keys()) {
      const start = starts.get(log.id)
      if (start !== undefined && table.find(log.id) === log) await log.deleteBelow(start)
    }
    for (const removed of checkpoint.removed) await this.#deleteLog(removed)
  }

  async #deleteLog(removed: RemovedLog): Promise<void> {
    const { disk, paths, table, writeBehind } = this.#parts
    const log = table.removedLog(removed.id)
    if (log !== undefined) {
      await writeBehind.idle(log)
      await log.close()
    }
    await removeLogDirectory(disk, join(paths.topics, removed.directory))
    await disk.syncDirectory(paths.topics)
    table.forgetRemoved(removed)
  }

  async #makeSlot(): Promise<void> {
    const { health, journal, room } = this.#parts
    try {
      await journal.makeSlot()
    } catch (error) {
      // Without room the journal goes on with the slots that it has.
      if (!isNoRoom(error)) health.fail(error)
    }
    room.noteChange()
  }

  #startTimer(): void {
    if (this.#takeBackTimer !== undefined || this.#firstEntryMs === undefined) return
    const now = this.#parts.clock.monotonicMs()
    const quietAt = this.#lastEntryMs + QUIET_MS
    const lateAt = this.#firstEntryMs + INTERVAL_MS
    const delay = Math.max(Math.min(quietAt, lateAt) - now, 0)
    this.#takeBackTimer = this.#parts.clock.schedule(delay, () => {
      this.#takeBackTimer = undefined
      this.#onTimer()
    })
  }

  #onTimer(): void {
    if (this.#firstEntryMs === undefined) return
    const now = this.#parts.clock.monotonicMs()
    const isQuiet = now - this.#lastEntryMs >= QUIET_MS
    if (isQuiet || now - this.#firstEntryMs >= INTERVAL_MS) void this.run()
    else this.#startTimer()
  }
}

interface TakenCheckpoint {
  readonly checkpoint: Checkpoint
  readonly ends: ReadonlyMap<Log, Offset>
  readonly mark: JournalMark
}

const QUIET_MS = 1_000
const INTERVAL_MS = 30_000
/** With sixteen at once, a sync of the journal beside them took 44 ms. */
const SYNCS_AT_ONCE = 2
/** Between two rounds of syncs at a stop. */
const PAUSE_MS = 20
/** Nobody waits for the journal any more. */
const SYNCS_AT_STOP = 16
