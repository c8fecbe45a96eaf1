/**
 * A share group in use. Whatever is asked of it waits for its turn; in a turn everything that waits is done at once,
 * and written down by one append, and then answered: no answer rests on what is not on disk, and what could not be
 * written down has not happened.
 */
import { LogError } from '@millrace/model/log-error'
import type {
  Acknowledged,
  Acknowledgement,
  Acquired,
  AcquireRequest,
} from '@millrace/model/share-group'
import { type AcknowledgementPortion, AcknowledgementQueue } from './acknowledgement-queue.ts'
import { acknowledgeAll, openReceipts, type OpenedAcknowledgement } from './acknowledging.ts'
import { copyExhausted } from './dead-letters.ts'
import { GroupPartitions } from './group-partitions.ts'
import { HandingOut } from './handing-out.ts'
import { Receipts } from './receipt.ts'
import { ShareWakes } from './share-wakes.ts'
import type { ShareParts } from './share-parts.ts'
import type { ShareGroup } from './share-settings.ts'
import { WaitingAcquire } from './waiting-acquire.ts'

/** Something to do between two turns, with nothing under way. */
export interface BetweenTurns {
  readonly partitions: GroupPartitions
  readonly group: ShareGroup
  readonly nowMs: number
}

export class LiveShareGroup {
  readonly name: string
  readonly #parts: ShareParts
  readonly #receipts: Receipts
  readonly #wakes: ShareWakes
  readonly #begun = new Set<number>()
  #group: ShareGroup
  #partitions: GroupPartitions
  readonly #toAcknowledge = new AcknowledgementQueue()
  readonly #toDo: (() => Promise<void>)[] = []
  readonly #waiting = new Set<WaitingAcquire>()
  #running: Promise<void> | undefined
  #isDue = false
  #isStopped = false
  #ended: LogError | undefined
  /** The place of the partition that is served first, so that each has its turn. */
  #first = 0
  #deadLetterProblem: string | undefined

  constructor(parts: ShareParts, name: string, group: ShareGroup) {
    this.name = name
    this.#parts = parts
    this.#group = group
    this.#receipts = new Receipts(parts.secret, group.id)
    this.#partitions = new GroupPartitions(parts, group, this.#begun)
    this.#wakes = new ShareWakes(parts.clock, () => this.#ring())
  }

  get group(): ShareGroup {
    return this.#group
  }

  get waitingCount(): number {
    return this.#waiting.size
  }

  /** Why records that were given up on are still here. */
  get deadLetterProblem(): string | undefined {
    return this.#deadLetterProblem
  }

  /** Loaded ones, for a look that need not be exact. */
  get partitions(): GroupPartitions {
    return this.#partitions
  }

  async acknowledge(said: readonly Acknowledgement[]): Promise<readonly Acknowledged[]> {
    this.#expectThere()
    return this.#acknowledge(openReceipts(this.#receipts, said))
  }

  async acquire(request: AcquireRequest): Promise<Acquired> {
    this.#expectThere()
    const opened = openReceipts(this.#receipts, request.acknowledgements)
    const acquire = new WaitingAcquire(request)
    const { signal, waitMs } = request
    const giveUp = () => this.#giveUp(acquire)
    // Together with the acquisition, by one append.
    const acknowledging = opened.length > 0 ? this.#acknowledge(opened) : NOTHING_SAID
    acknowledging.catch((error: unknown) => {
      this.#waiting.delete(acquire)
      acquire.fail(error)
    })
    this.#waiting.add(acquire)
    signal?.addEventListener('abort', giveUp, { once: true })
    const cancelEnd = waitMs > 0 ? this.#parts.scheduleEnd(waitMs, giveUp) : undefined
    this.#ring()
    try {
      return { records: await acquire.answered, acknowledged: await acknowledging }
    } finally {
      cancelEnd?.()
      signal?.removeEventListener('abort', giveUp)
    }
  }

  /** What waits under that name is answered now. What does not wait will be, anyway. */
  endWaits(consumer: string): void {
    for (const acquire of this.#waiting) {
      const { request } = acquire
      if (request.consumer === consumer && request.waitMs > 0) this.#giveUp(acquire)
    }
  }

  /** Does it with nothing under way. It may append, and see to it that the partitions know of it. */
  async between<Result>(work: (at: BetweenTurns) => Promise<Result>): Promise<Result> {
    this.#expectThere()
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    this.#toDo.push(async () => {
      try {
        this.#expectThere()
        const nowMs = this.#parts.time.nowMs()
        await this.#partitions.refresh()
        resolve(await work({ partitions: this.#partitions, group: this.#group, nowMs }))
      } catch (error) {
        this.#partitions.forget()
        reject(error)
      }
    })
    this.#ring()
    return promise
  }

  /** It has other settings, which are written down. Only in `between`. */
  become(group: ShareGroup): void {
    this.#group = group
    this.#wakes.unwatch()
    this.#partitions.forget()
    this.#partitions = new GroupPartitions(this.#parts, group, this.#begun)
    this.#deadLetterProblem = undefined
  }

  /** What is written down of it, so that it can be shown. What was under way goes on. */
  load(): void {
    this.#partitions.load()
    const isUnderWay = this.#partitions.all.some(({ share }) => share.ledger.deliveries.size > 0)
    if (isUnderWay) this.#ring()
  }

  /** Its topics are others, or more of them can be read. */
  changed(): void {
    this.#ring()
  }

  /** Whoever waits is answered with what there is: nothing. */
  stop(): void {
    this.#isStopped = true
    this.#wakes.stop()
    for (const acquire of this.#waiting) acquire.answer([])
    this.#waiting.clear()
  }

  /** It is deleted. Resolves when nothing is under way. */
  async end(why: LogError): Promise<void> {
    this.#ended = why
    this.#wakes.stop()
    for (const acquire of this.#waiting) acquire.fail(why)
    this.#waiting.clear()
    await this.#running
  }

  #acknowledge(opened: readonly OpenedAcknowledgement[]): Promise<readonly Acknowledged[]> {
    const acknowledged = this.#toAcknowledge.add(opened)
    this.#ring()
    return acknowledged
  }

  #expectThere(): void {
    if (this.#ended !== undefined) throw this.#ended
  }

  /** Its time is over, or it went away. What is under way for it is not taken back. */
  #giveUp(acquire: WaitingAcquire): void {
    if (this.#waiting.delete(acquire)) acquire.answer([])
  }

  #ring(): void {
    this.#isDue = true
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    // Whoever asks in the same turn of the event loop comes along.
    await endOfTurn()
    while (this.#isDue && this.#ended === undefined) {
      this.#isDue = false
      for (const work of this.#toDo.splice(0)) await work()
      await this.#turn()
      // A turn that reads and writes nothing takes no time of its own: others have theirs between two of them.
      await endOfTurn()
    }
    this.#running = undefined
    this.#refuseAll()
  }

  async #turn(): Promise<void> {
    const portion = this.#toAcknowledge.take(this.#parts.config.appendBytesMax / PARTS_OF_APPEND)
    const asked = [...this.#waiting]
    const nowMs = this.#parts.time.nowMs()
    try {
      await this.#partitions.refresh()
      if (!portion.isEmpty || asked.length > 0) this.#expectTopics()
      for (const { share, log } of this.#partitions.all) {
        share.expireLocks(nowMs)
        share.expireBelow(log.logStartOffset)
      }
      portion.apply(this.#partitions, nowMs)
      // Once a turn: what is still held up afterwards makes no further turn.
      for (const { share } of this.#partitions.all) share.lookAgain()
      // What was given up on goes first: it makes room behind it, or parks its key.
      const hasCopied = await this.#copyExhausted(portion, nowMs)
      const { served, isCutShort } = await this.#serve(asked, nowMs)
      await this.#partitions.save()
      // Handing out comes upon records that are given up on with their key.
      const mayBeMore = isCutShort || hasCopied || this.#hasToCopy(nowMs)
      if (mayBeMore) this.#isDue = true
      portion.done()
      for (const [acquire, records] of served) acquire.answer(records)
      this.#answerHasty(asked, mayBeMore)
    } catch (error) {
      this.#partitions.forget()
      portion.fail(error)
      for (const acquire of asked) {
        this.#waiting.delete(acquire)
        acquire.fail(error)
      }
      if (portion.isEmpty && asked.length === 0) this.#parts.onFailure(this.name, error)
      // Locks run out, and records are given up on, though nobody asks again.
      if (!isLasting(error)) this.#wakes.tryLater()
    }
    this.#toAcknowledge.remove(portion)
    if (!this.#toAcknowledge.isEmpty) this.#isDue = true
    const isAwaited = this.#waiting.size > 0
    // A record may have come since the turn looked.
    if (isAwaited && this.#partitions.all.some((one) => this.#partitions.mayScan(one))) {
      this.#isDue = true
    }
    this.#wakes.arm(this.#partitions.all, isAwaited, nowMs)
  }

  /** In the order in which they came, until there is nothing left. */
  async #serve(asked: readonly WaitingAcquire[], nowMs: number): Promise<Serving> {
    const served = new Map<WaitingAcquire, Acquired['records']>()
    if (asked.length === 0) return { served, isCutShort: false }
    const handingOut = new HandingOut(this.#parts, this.#partitions, this.#receipts, nowMs)
    for (const acquire of asked) {
      if (!this.#waiting.has(acquire)) continue
      const records = await handingOut.serve(acquire.request, this.#first++)
      if (records.length === 0) break
      if (this.#waiting.delete(acquire)) served.set(acquire, records)
      // Its time was over just now, and it was answered.
      else this.#takeBack(records, nowMs)
    }
    return { served, isCutShort: handingOut.isCutShort && this.#waiting.size > 0 }
  }

  #takeBack(records: Acquired['records'], nowMs: number): void {
    const said = records.map(({ receipt }) => ({ receipt, type: 'return' }) as const)
    acknowledgeAll(this.#partitions, openReceipts(this.#receipts, said), nowMs)
    this.#isDue = true
  }

  #hasToCopy(nowMs: number): boolean {
    if (this.#group.settings.deadLetter === null || !this.#wakes.mayCopy(nowMs)) return false
    return this.#partitions.all.some(({ share }) => share.hasExhausted)
  }

  /** True: there may be more to copy. */
  async #copyExhausted(portion: AcknowledgementPortion, nowMs: number): Promise<boolean> {
    if (!this.#hasToCopy(nowMs)) return false
    // That it was given up on is written down before that it was copied.
    await this.#partitions.save()
    let hasCopied = false
    const [parts, name, group] = [this.#parts, this.name, this.#group]
    const work = { parts, name, group, partitions: this.#partitions, nowMs }
    try {
      for (const from of this.#partitions.all) {
        // Some of each: others wait for the turn to end.
        for (let round = 0; round < COPIES_A_TURN && from.share.hasExhausted; round++) {
          if (await copyExhausted(work, from)) hasCopied = true
        }
      }
      this.#deadLetterProblem = undefined
    } catch (error) {
      this.#wakes.copyLater(nowMs)
      this.#deadLetterProblem = error instanceof Error ? error.message : String(error)
      this.#parts.onFailure(this.name, error)
    }
    portion.done()
    return hasCopied
  }

  /** Those that do not wait; when there may be something after all, they do for a turn or two. */
  #answerHasty(asked: readonly WaitingAcquire[], mayBeMore: boolean): void {
    for (const acquire of asked) {
      const mayWait = acquire.request.waitMs > 0 && !this.#isStopped
      if (mayWait || (mayBeMore && ++acquire.turns < HASTY_TURNS)) continue
      if (this.#waiting.delete(acquire)) acquire.answer([])
    }
  }

  /** UNKNOWN_TOPIC_OR_PARTITION: who waits for nothing should know. */
  #expectTopics(): void {
    if (this.#partitions.all.length > 0) return
    throw new LogError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `The topics of share group ${this.name} were deleted. Give it others, or delete it.`,
    )
  }

  #refuseAll(): void {
    if (this.#ended === undefined) return
    this.#toAcknowledge.refuse(this.#ended)
    for (const work of this.#toDo.splice(0)) void work()
  }
}

/** It would fail again: the store is closed, or cannot be written to any more, or there is nothing to read. */
function isLasting(error: unknown): boolean {
  return error instanceof LogError && LASTING.has(error.code)
}

const LASTING: ReadonlySet<string> = new Set([
  'STOPPING',
  'STORAGE_FAILED',
  'UNKNOWN_TOPIC_OR_PARTITION',
])

interface Serving {
  readonly served: ReadonlyMap<WaitingAcquire, Acquired['records']>
  /** There may be more: the next turn goes on looking. */
  readonly isCutShort: boolean
}

/** What a turn says of acknowledgements is this part of what one append takes; there is more to say in a turn. */
const PARTS_OF_APPEND = 4
const HASTY_TURNS = 20
/** Of one partition: appends of some hundred letters. */
const COPIES_A_TURN = 4

const NOTHING_SAID: Promise<readonly Acknowledged[]> = Promise.resolve([])

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
