import type { ShareOrdering } from '@millrace/model/share-group'
import { Bell } from './bell.ts'
import type { Connection } from './connection.ts'
import { Heartbeat } from './heartbeat.ts'
import { acknowledge, acquire } from './share-acquire.ts'
import {
  type PendingAcknowledgement,
  type ReceiptAnswer,
  ShareAcknowledger,
} from './share-acknowledger.ts'
import { describeShareGroup } from './share-groups.ts'
import { ShareLanes } from './share-lanes.ts'
import { HeldRecord, type Outcome, type ShareRecord } from './share-record.ts'
import { waitForRecords } from './share-wait.ts'

export type ShareHandler = (record: ShareRecord) => unknown

export interface RunOptions {
  readonly group: string
  readonly consumer: string
  readonly follow: boolean
  readonly concurrency: number
  readonly maxRecords: number
  readonly maxBytes: number
  readonly waitMs: number
  readonly lingerMs: number
  readonly closeTimeoutMs: number
  readonly onError: ((error: unknown, record: ShareRecord) => void) | undefined
  readonly onExpired: ((record: ShareRecord) => void) | undefined
}

/** One run of a share group's consumer, from the first record that it acquires to the last acknowledgement. */
export class ShareRun {
  readonly #connection: Connection
  readonly #options: RunOptions
  readonly #handler: ShareHandler
  readonly #lanes = new ShareLanes<HeldRecord>()
  readonly #acknowledger: ShareAcknowledger
  readonly #heartbeat = new Heartbeat(async () => this.#keepLocks())
  /** Nothing more is acquired, and nothing begun. */
  readonly #stop = new AbortController()
  /** Handlers are not waited for any more, nor are records. */
  readonly #overdue = new AbortController()
  /** Nothing is waited for any more. */
  readonly #abandon = new AbortController()
  readonly #failure = Promise.withResolvers<never>()
  /** A record has ended, or an acknowledgement was answered, or the run is to end. */
  readonly #changed = new Bell()
  #terms: Terms = { lockMs: Infinity, ordering: 'key' }
  #isLearning = false
  #hasFailed = false

  constructor(connection: Connection, options: RunOptions, handler: ShareHandler) {
    this.#connection = connection
    this.#options = options
    this.#handler = handler
    this.#acknowledger = new ShareAcknowledger({
      lingerMs: options.lingerMs,
      send: async (acknowledgements) => {
        const { signal } = this.#abandon
        // What failed for long is tried once more, at the end.
        const target = this.#hasFailed ? { ...connection, retryForMs: 0 } : connection
        return acknowledge(target, options.group, acknowledgements, { signal })
      },
      onAnswer: (pending, answer) => this.#hear(pending, answer),
      onFailure: (error) => this.#failure.reject(error),
    })
    this.#failure.promise.catch(() => undefined)
  }

  /** Until it is stopped, or fails; either way all is given back and acknowledged, as far as that can be done. */
  async run(): Promise<void> {
    const acquiring = this.#acquireAll()
    let failure: { readonly error: unknown } | undefined
    try {
      await Promise.race([acquiring, this.#failure.promise])
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        this.#hasFailed = true
        failure = { error }
      }
    }
    try {
      await this.#drain(acquiring)
    } catch (error) {
      failure ??= { error }
    }
    if (failure !== undefined) throw failure.error
  }

  /** Begins the end; when `signal` aborts, whatever is still waited for is given up on. */
  stop(signal?: AbortSignal): void {
    this.#stop.abort(new DOMException('The consumer is closed.', 'AbortError'))
    this.#changed.ring()
    const giveUp = () => {
      this.#beOverdue()
      this.#abandon.abort(signal?.reason)
    }
    if (signal?.aborted === true) giveUp()
    else signal?.addEventListener('abort', giveUp)
  }

  async #acquireAll(): Promise<void> {
    await this.#learnTerms()
    for (;;) {
      while (!this.#hasRoom()) await this.#changed.next()
      if (this.#stop.signal.aborted) return
      const wasDone = this.#isDone()
      const answer = await this.#acquire()
      this.#hold(answer)
      if (this.#options.follow || answer.records.length > 0) continue
      if (wasDone) return
      // What is held may hold up others of its key.
      if (!this.#isDone() && !this.#stop.signal.aborted) await this.#changed.next()
    }
  }

  #hasRoom(): boolean {
    if (this.#stop.signal.aborted) return true
    const { concurrency, maxRecords } = this.#options
    const { runningCount, heldCount } = this.#lanes
    return runningCount < concurrency && heldCount < concurrency * maxRecords
  }

  #isDone(): boolean {
    return this.#lanes.heldCount === 0 && this.#acknowledger.isIdle
  }

  /**
   * Acknowledgements go along when nothing is waited for: what is said by a request that waits would be uncertain for
   * as long. The locks of what comes may be as old as the wait was long: it is short beside them.
   */
  async #acquire(): ReturnType<typeof acquire> {
    const { group, consumer, follow, maxRecords, maxBytes } = this.#options
    return this.#acknowledger.carry(async (acknowledgements) => {
      const waitsMs = Math.min(this.#options.waitMs, Math.floor(this.#terms.lockMs / WAITS))
      const waitMs = follow && acknowledgements.length === 0 ? waitsMs : 0
      const wanted = { consumer, maxRecords, maxBytes, waitMs, acknowledgements }
      if (waitMs === 0) {
        return acquire(this.#connection, group, { ...wanted, signal: this.#abandon.signal })
      }
      const ends = { stop: this.#stop.signal, giveUp: this.#overdue.signal }
      return waitForRecords(this.#connection, group, wanted, ends)
    })
  }

  #hold({ records, sentAtMs }: Awaited<ReturnType<typeof acquire>>): void {
    const how = { ordering: this.#terms.ordering, call: records, lockedAtMs: sentAtMs }
    for (const record of records) this.#lanes.add(new HeldRecord(record, how))
    this.#beginMore()
  }

  #beginMore(): void {
    while (this.#lanes.runningCount < this.#options.concurrency) {
      if (this.#stop.signal.aborted || this.#hasFailed) return
      const held = this.#lanes.begin()
      if (held === undefined) return
      // The answer, or this program, was held up for longer than the lock: others may have it.
      if (this.#ageOf(held) >= this.#terms.lockMs) this.#end(held, { type: 'return' })
      else void this.#handle(held)
    }
  }

  async #handle(held: HeldRecord): Promise<void> {
    held.isBegun = true
    try {
      await this.#handler(held.record)
      this.#end(held, held.said ?? { type: 'accept' })
    } catch (error) {
      this.#report(() => this.#options.onError?.(error, held.record))
      this.#end(held, held.said ?? { type: 'release', reason: reasonOf(error) })
    }
    this.#beginMore()
  }

  #end(held: HeldRecord, outcome: Outcome): void {
    held.isEnded = true
    this.#lanes.end(held)
    if (!held.isLost) this.#acknowledger.add(held, held.acknowledgement(outcome))
    if (outcome.type !== 'accept' || held.isLost) this.#giveBackBehind(held)
    this.#changed.ring()
  }

  /** The server has withdrawn them, as they would come before one that is not settled: they come again. */
  #giveBackBehind(held: HeldRecord): void {
    for (const behind of this.#lanes.takeBehind(held)) if (behind !== held) this.#giveBack(behind)
  }

  #giveBack(held: HeldRecord): void {
    held.isEnded = true
    held.isGivenBack = true
    this.#acknowledger.add(held, held.acknowledgement({ type: 'return' }))
  }

  #hear(
    { held, acknowledgement }: PendingAcknowledgement,
    { code, isRepeat, sentAtMs }: ReceiptAnswer,
  ): void {
    const isRenewal = acknowledgement.type === 'renew'
    if (isRenewal) held.isRenewing = false
    if (isRenewal && code === null) held.lockedAtMs = sentAtMs
    // Of one that has ended, what was said last tells more than what was said before.
    const isOurs = isRenewal ? !held.isEnded : !isRepeat && !held.isGivenBack
    if (code !== null && isOurs) this.#lose(held)
    this.#changed.ring()
  }

  #lose(held: HeldRecord): void {
    if (held.isLost) return
    held.isLost = true
    held.abort()
    this.#giveBackBehind(held)
    const next = this.#lanes.runningIn(held.lane)
    // Its own acknowledgement would tell the same, later.
    if (next !== undefined && next.call === held.call && next !== held) this.#lose(next)
    if (held.isBegun) this.#report(() => this.#options.onExpired?.(held.record))
    this.#learnTermsAgain()
  }

  /** They may have been altered; locks are lost many at once. */
  #learnTermsAgain(): void {
    if (this.#isLearning) return
    this.#isLearning = true
    this.#learnTerms()
      .catch(() => undefined)
      .finally(() => {
        this.#isLearning = false
      })
  }

  /** What a callback throws is for who runs this. */
  #report(callBack: () => void): void {
    try {
      callBack()
    } catch (error) {
      this.#failure.reject(error)
    }
  }

  /** At a third of its length, each lock is asked for again. */
  #keepLocks(): void {
    const { lockMs } = this.#terms
    for (const held of this.#lanes.held()) {
      const ageMs = this.#ageOf(held)
      if (ageMs >= lockMs) held.abort()
      if (held.isLost || held.isRenewing || ageMs < lockMs / BEATS) continue
      held.isRenewing = true
      this.#acknowledger.add(held, { receipt: held.receipt, type: 'renew' })
    }
  }

  #ageOf({ lockedAtMs }: HeldRecord): number {
    return performance.now() - lockedAtMs
  }

  async #learnTerms(): Promise<void> {
    const { signal } = this.#stop
    const description = await describeShareGroup(this.#connection, this.#options.group, signal)
    const { acquisitionLockMs, ordering } = description
    const isOther = acquisitionLockMs !== this.#terms.lockMs
    this.#terms = { lockMs: acquisitionLockMs, ordering }
    if (!isOther) return
    await this.#heartbeat.stop()
    if (!this.#isOverdue) this.#heartbeat.start(acquisitionLockMs / BEATS)
  }

  async #drain(acquiring: Promise<void>): Promise<void> {
    const { closeTimeoutMs } = this.#options
    this.stop()
    const overdue = setTimeout(() => this.#beOverdue(), closeTimeoutMs)
    const abandoned = setTimeout(() => this.#abandon.abort(tooLate()), 2 * closeTimeoutMs)
    try {
      await acquiring.catch(() => undefined)
      for (const held of this.#lanes.takeAll()) this.#giveBack(held)
      while (this.#lanes.runningCount > 0 && !this.#isOverdue) await this.#changed.next()
      // Who has not ended by now is not waited for, and not released either: it would be handled twice at once.
      this.#beOverdue()
      await this.#heartbeat.stop()
      for (const held of this.#lanes.running()) held.abort()
      await this.#acknowledger.flush()
    } finally {
      clearTimeout(overdue)
      clearTimeout(abandoned)
      await this.#heartbeat.stop()
    }
  }

  get #isOverdue(): boolean {
    return this.#overdue.signal.aborted
  }

  #beOverdue(): void {
    this.#overdue.abort(tooLate())
    this.#changed.ring()
  }
}

/** What the group's settings say of records that are held. */
interface Terms {
  readonly lockMs: number
  readonly ordering: ShareOrdering
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}

function tooLate(): DOMException {
  return new DOMException('The server did not answer in time.', 'TimeoutError')
}

/** Of the heartbeat, in the time of a lock: one that is older than a beat is renewed, before it is older than two. */
const BEATS = 6
/** Of the longest wait for records, in the same: what comes at its end is held for two thirds of the lock at least. */
const WAITS = 3
