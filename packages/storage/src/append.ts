/**
 * The way of an append: it waits for the entry being formed, is checked and stamped in its turn, written and
 * synced together with everyone who waited, and answered.
 *
 * Invariants
 *   - an entry is formed when the last one is synced;
 *   - appends are answered in the order in which they came, none before its entry is synced;
 *   - after a failure those in an entry are answered as unknown, those in none as not appended.
 */
import { EntryBuilder, EntryMemory } from '@millrace/journal/entry-builder'
import { entrySize } from '@millrace/journal/entry'
import type { Log } from '@millrace/log/log'
import { LogError } from '@millrace/model/log-error'
import type { Change, ChangeOutcome } from './change.ts'
import type { Checkpointer } from './checkpointer.ts'
import { type FormedEntry, formEntry } from './form-entry.ts'
import { keepProcessAlive } from './keep-alive.ts'
import { expectRoom } from './produce-room.ts'
import type { RunningParts } from './running-parts.ts'
import { SyncTimes } from './sync-times.ts'
import { logsOfBatches, sizeMaxOf, toParts, type WaitingAppend } from './waiting-append.ts'

export interface AppenderParts extends RunningParts {
  readonly checkpointer: Checkpointer
}

export class Appender {
  readonly #parts: AppenderParts
  readonly #memory = new EntryMemory()
  readonly syncTimes = new SyncTimes()
  #queue: WaitingAppend[] = []
  #waitingBytes = 0
  #appends = 0
  #appendedBytes = 0
  #running: Promise<void> | undefined
  #isStopping = false

  constructor(parts: AppenderParts) {
    this.#parts = parts
    void parts.health.failed.then(() => this.#refuseWaiting())
  }

  /** Handed in, and not answered yet. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  get appends(): number {
    return this.#appends
  }

  get appendedBytes(): number {
    return this.#appendedBytes
  }

  /** How fast appends become durable at present, bytes a second. */
  get drainRate(): number {
    const { bytesPerSecond } = this.syncTimes
    const limit = this.#parts.room.paceLimit
    return Math.min(bytesPerSecond ?? DRAIN_RATE_ASSUMED, limit ?? Number.POSITIVE_INFINITY)
  }

  /** See `Storage.append`. Not an async function: answers come in the order of the appends. */
  append(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    return new Promise((resolve, reject) => {
      this.#expectTaking()
      expectRoom(this.#parts.space, this.#parts.table, changes)
      const parts = toParts(changes)
      const sizeMax = sizeMaxOf(parts)
      if (entrySize(sizeMax) > this.#parts.journal.entryBytesMax) throw tooLarge(sizeMax)
      if (this.#waitingBytes + sizeMax > WAITING_BYTES_MAX) throw this.#overloaded()
      const append: WaitingAppend = { parts, sizeMax, resolve, reject }
      this.#waitingBytes += sizeMax
      this.#queue.push(append)
      this.#load(append)
      this.#running ??= this.#run()
    })
  }

  /** Takes no more appends, and resolves when those under way are answered. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
  }

  async #run(): Promise<void> {
    const { health } = this.#parts
    const letProcessEnd = keepProcessAlive()
    while (this.#queue.length > 0 && health.failure === undefined) {
      // Whoever asks in the same turn of the event loop comes along.
      await endOfTurn()
      await this.#waitUntilAllowed()
      if (health.failure === undefined) await this.#runEntry()
    }
    letProcessEnd()
    // In the same step in which the queue was found empty: the next append begins a new run.
    this.#running = undefined
  }

  /** Until the logs of the first append are loaded, and there is room for it in memory and in the journal. */
  async #waitUntilAllowed(): Promise<void> {
    const { room, writeBehind } = this.#parts
    for (;;) {
      const [first] = this.#queue
      if (first === undefined) return
      const failure = await this.#loadNow(first)
      if (failure === undefined) {
        if (writeBehind.isOverLimit) await writeBehind.belowLimit()
        await room.waitFor(entrySize(first.sizeMax))
        await room.waitForPace()
        return
      }
      this.#queue.shift()
      this.#answer(first, () => first.reject(failure.error))
    }
  }

  async #runEntry(): Promise<void> {
    const { clock, gate, health, journal, table } = this.#parts
    gate.enter()
    const builder = new EntryBuilder(this.#memory)
    const waiting = this.#takeForEntry()
    const entry = formEntry(waiting, { table, builder, nowMs: clock.nowMs() })
    for (const { append, error } of entry.refusals) {
      this.#answer(append, () => append.reject(error))
    }
    if (builder.itemCount > 0) {
      const startMs = clock.monotonicMs()
      const built = builder.finish(journal.identity)
      try {
        await journal.write(built)
        health.expectWriting()
      } catch (cause) {
        const failure = health.fail(cause)
        this.#answerUnknown(entry, failure)
        gate.fail(failure)
        return
      }
      this.syncTimes.note(built.size, clock.monotonicMs() - startMs)
      this.#appendedBytes += built.size
      this.#settle(entry, built.size)
    }
    for (const { append, outcomes } of entry.answers) {
      this.#appends++
      this.#answer(append, () => append.resolve(outcomes))
    }
    gate.leave()
  }

  /** What is true now that the entry is synced. */
  #settle(entry: FormedEntry, size: number): void {
    const { checkpointer, room, table, writeBehind } = this.#parts
    for (const log of entry.touched) {
      const before = log.pendingBytes
      log.markSynced()
      writeBehind.note(log, log.pendingBytes - before)
    }
    for (const [log, offset] of entry.logStarts) log.raiseLogStart(offset)
    for (const log of entry.removed) {
      writeBehind.forget(log, log.pendingBytes)
      table.remove(log)
    }
    room.noteEntry(size)
    writeBehind.start()
    checkpointer.noteEntry()
  }

  /** The first appends, as many as go into one entry and are loaded. */
  #takeForEntry(): readonly WaitingAppend[] {
    const roomNow = this.#parts.journal.roomNow
    let size = 0
    let count = 0
    for (const append of this.#queue) {
      if (count > 0 && (entrySize(size + append.sizeMax) > roomNow || !this.#isLoaded(append)))
        break
      size += append.sizeMax
      count++
    }
    return this.#queue.splice(0, count)
  }

  #isLoaded(append: WaitingAppend): boolean {
    for (const log of this.#logsOf(append)) if (!log.isLoaded) return false
    return true
  }

  /** Begins to load what is not, so that several appends need not wait for one another's logs. */
  #load(append: WaitingAppend): void {
    for (const log of this.#logsOf(append)) {
      // A failure is met, and answered, when the append's turn comes.
      if (!log.isLoaded) log.load().catch(() => undefined)
    }
  }

  async #loadNow(append: WaitingAppend): Promise<{ readonly error: unknown } | undefined> {
    if (this.#isLoaded(append)) return undefined
    try {
      for (const log of this.#logsOf(append)) await log.load()
      return undefined
    } catch (error) {
      return { error }
    }
  }

  *#logsOf(append: WaitingAppend): Generator<Log> {
    for (const id of logsOfBatches(append)) {
      const log = this.#parts.table.find(id)
      if (log !== undefined) yield log
    }
  }

  #expectTaking(): void {
    this.#parts.health.expectWriting()
    if (!this.#isStopping) return
    throw new LogError('STOPPING', 'Nothing was appended. Try again when it is back.', {
      appended: false,
    })
  }

  #overloaded(): LogError {
    const retryAfterMs = Math.ceil((this.#waitingBytes / this.drainRate) * 1000)
    return new LogError('OVERLOADED', `${this.#waitingBytes} bytes are waiting.`, {
      retryAfterMs,
      appended: false,
    })
  }

  #answerUnknown(entry: FormedEntry, failure: LogError): void {
    const { cause, detail } = failure
    for (const { append } of entry.answers) {
      const error = new LogError('STORAGE_FAILED', detail, { appended: 'unknown', cause })
      this.#answer(append, () => append.reject(error))
    }
  }

  #refuseWaiting(): void {
    const waiting = this.#queue
    this.#queue = []
    for (const append of waiting) {
      this.#answer(append, () => append.reject(this.#parts.health.failure))
    }
  }

  #answer(append: WaitingAppend, answer: () => void): void {
    this.#waitingBytes -= append.sizeMax
    answer()
  }
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function tooLarge(sizeMax: number): LogError {
  return new LogError('BODY_TOO_LARGE', `One append cannot have ${sizeMax} bytes.`, {
    appended: false,
  })
}

/** Of appends that wait. Beyond it they are refused: a longer queue would only hide the overload. */
const WAITING_BYTES_MAX = 128 * 1024 * 1024
/** Bytes a second, before any was measured. */
const DRAIN_RATE_ASSUMED = 16 * 1024 * 1024
