import type { Acknowledgement, ShareOrdering } from '@millrace/model/share-group'
import type { ConsumedRecord } from './consumed-record.ts'
import type { AcquiredRecord } from './share-acquire.ts'
import type { Laned } from './share-lanes.ts'

export interface ReleaseOptions {
  /** Until it may be handed out again. As the group is set, unless told otherwise. */
  readonly delayMs?: number
  readonly reason?: string
}

/** A record as a handler gets it. What the handler says last counts, and counts when it has ended. */
export interface ShareRecord extends ConsumedRecord {
  /** 1: it was not handed out before. */
  readonly deliveryCount: number
  /** Aborted when the record is no longer this consumer's: it comes again, here or elsewhere. */
  readonly signal: AbortSignal
  /** Not now: it comes again, before later records of its key. */
  release(options?: ReleaseOptions): void
  /** Never again: it is given up on, and goes to the dead-letter topic when the group has one. */
  reject(reason?: string): void
}

/** What becomes of a record. */
export type Outcome = EndedOutcome | ReleaseOutcome | RejectOutcome
/** `return`: it was not begun, and this delivery does not count. */
type EndedOutcome = { readonly type: 'accept' } | { readonly type: 'return' }
type ReleaseOutcome = ReleaseOptions & { readonly type: 'release' }
type RejectOutcome = { readonly type: 'reject'; readonly reason?: string }

/** A record that a consumer holds, from the answer that brought it to its end. */
export class HeldRecord implements Laned {
  readonly lane: string
  readonly call: object
  readonly receipt: string
  readonly record: ShareRecord
  /** By `performance.now()`: its lock began then, or later. */
  lockedAtMs: number
  isRenewing = false
  /** A handler has seen it. */
  isBegun = false
  /** Its handler has ended, or will never begin. */
  isEnded = false
  /** Without being begun. */
  isGivenBack = false
  /** Its lock is gone: nothing that is said of it counts. */
  isLost = false
  readonly #abort = new AbortController()
  #said: Outcome | undefined

  constructor(
    acquired: AcquiredRecord,
    how: { readonly ordering: ShareOrdering; readonly call: object; readonly lockedAtMs: number },
  ) {
    const { receipt, lockedUntil: _, ...record } = acquired
    this.lane = laneOf(record, how.ordering)
    this.call = how.call
    this.receipt = receipt
    this.lockedAtMs = how.lockedAtMs
    this.record = {
      ...record,
      signal: this.#abort.signal,
      release: (options = {}) => {
        this.#said = { type: 'release', ...options }
      },
      reject: (reason) => {
        this.#said = { type: 'reject', ...(reason === undefined ? {} : { reason }) }
      },
    }
  }

  /** What the handler said of it. */
  get said(): Outcome | undefined {
    return this.#said
  }

  /** Others may have it by now: whoever works on it had better stop. */
  abort(): void {
    this.#abort.abort(new DOMException('The record is no longer held.', 'AbortError'))
  }

  acknowledgement(outcome: Outcome): Acknowledgement {
    const { receipt } = this
    if (!('reason' in outcome)) return { receipt, ...outcome }
    const { reason, ...rest } = outcome
    return { receipt, ...rest, ...(reason === undefined ? {} : { reason: shortened(reason) }) }
  }
}

/** One at a time in a lane: the records of a key; a record and the same one, handed out again too soon. */
function laneOf(
  { topic, partition, offset, key }: ConsumedRecord,
  ordering: ShareOrdering,
): string {
  const place = `${topic}/${partition}`
  if (key === null || ordering === 'none') return `${place}@${offset}`
  let units = ''
  for (const byte of key) units += String.fromCharCode(byte)
  return `${place}=${units}`
}

/** For people: a whole stack would fill the group's state. Not torn within a character. */
function shortened(reason: string): string {
  return reason.slice(0, REASON_LENGTH_MAX).toWellFormed()
}

const REASON_LENGTH_MAX = 500
