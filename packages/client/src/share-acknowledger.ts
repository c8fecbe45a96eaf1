import type { Acknowledgement } from '@millrace/model/share-group'
import { type AcknowledgedReceipt, mayHaveBeenDone } from './share-acquire.ts'
import type { HeldRecord } from './share-record.ts'

/** One that is to be sent. */
export interface PendingAcknowledgement {
  readonly held: HeldRecord
  readonly acknowledgement: Acknowledgement
}

export interface ReceiptAnswer extends Pick<AcknowledgedReceipt, 'code' | 'isRepeat'> {
  /** By `performance.now()`: a lock that was renewed began anew then, or later. */
  readonly sentAtMs: number
}

export interface AcknowledgerOptions {
  /** How long one waits for others to go with it. */
  readonly lingerMs: number
  readonly send: (
    acknowledgements: readonly Acknowledgement[],
  ) => Promise<readonly AcknowledgedReceipt[]>
  /** In the order in which they were added. Does not throw. */
  readonly onAnswer: (pending: PendingAcknowledgement, answer: ReceiptAnswer) => void
  /** They could not be sent, and are kept. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Sends acknowledgements in the order in which they came, many at a time, and one request after the other: were a later
 * one to arrive where an earlier one does not, records of a key would be settled out of their order.
 */
export class ShareAcknowledger {
  readonly #options: AcknowledgerOptions
  #pending: Entry[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #underWay: Promise<void> | undefined
  /** Nothing is sent by itself any more: a request has failed, or the end has come. */
  #isLeftToFlush = false

  constructor(options: AcknowledgerOptions) {
    this.#options = options
  }

  /** All were answered. */
  get isIdle(): boolean {
    return this.#pending.length === 0 && this.#underWay === undefined
  }

  add(held: HeldRecord, acknowledgement: Acknowledgement): void {
    this.#pending.push({ held, acknowledgement, isRepeat: false })
    this.#schedule()
  }

  /** Takes along what is pending, unless a request with others is under way: then none. */
  async carry<Answer extends Acknowledgements>(
    request: (acknowledgements: readonly Acknowledgement[]) => Promise<Answer>,
  ): Promise<Answer> {
    const entries = this.#underWay === undefined ? this.#pending.splice(0, REQUEST_MAX) : []
    if (entries.length === 0) return request([])
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#underWay = promise
    this.#stopTimer()
    const sentAtMs = performance.now()
    try {
      const answer = await request(entries.map(({ acknowledgement }) => acknowledgement))
      this.#answered(entries, answer.acknowledged, sentAtMs)
      return answer
    } catch (error) {
      const isRepeat = mayHaveBeenDone(error)
      for (const entry of entries) entry.isRepeat ||= isRepeat
      this.#pending = [...entries, ...this.#pending]
      this.#isLeftToFlush = true
      throw error
    } finally {
      this.#underWay = undefined
      resolve()
      this.#schedule()
    }
  }

  /** Sends all there are, without lingering; rejects with the first failure. */
  async flush(): Promise<void> {
    this.#isLeftToFlush = true
    this.#stopTimer()
    for (;;) {
      await this.#underWay
      if (this.#pending.length === 0) return
      await this.#sendOnce()
    }
  }

  #answered(
    entries: readonly Entry[],
    answers: readonly AcknowledgedReceipt[],
    sentAtMs: number,
  ): void {
    for (const [index, entry] of entries.entries()) {
      const answer = answers[index]
      if (answer === undefined) continue
      const isRepeat = entry.isRepeat || answer.isRepeat
      this.#options.onAnswer(entry, { code: answer.code, isRepeat, sentAtMs })
    }
  }

  #schedule(): void {
    if (this.#isLeftToFlush || this.#underWay !== undefined || this.#pending.length === 0) return
    if (this.#pending.length >= FULL) void this.#sendNow()
    else this.#timer ??= setTimeout(() => void this.#sendNow(), this.#options.lingerMs)
  }

  async #sendNow(): Promise<void> {
    this.#stopTimer()
    try {
      if (this.#underWay === undefined) await this.#sendOnce()
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #sendOnce(): Promise<void> {
    await this.carry(async (acknowledgements) => {
      if (acknowledgements.length === 0) return { acknowledged: [] }
      return { acknowledged: await this.#options.send(acknowledgements) }
    })
  }
}

interface Acknowledgements {
  readonly acknowledged: readonly AcknowledgedReceipt[]
}

interface Entry extends PendingAcknowledgement {
  /** A request that had it went without an answer. */
  isRepeat: boolean
}

/** So many do not linger. */
const FULL = 100
/** Of one request. */
const REQUEST_MAX = 1_000
