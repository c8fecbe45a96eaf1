import type { Acknowledgement } from '@millrace/model/share-group'

/** What is known of a number that is not known: an answer was lost, or a lock may have run out. */
export interface Bounds {
  min: number
  max: number
}

/** One delivery of a record, as far as the answers tell of it. */
export interface Delivery {
  readonly record: SharedRecord
  readonly receipt: string
  /** Of the call that it came by. */
  readonly call: number
  /** Its lock runs out then at the earliest, and at the latest. */
  lock: Bounds
  /** Acknowledgements that were sent and not answered. */
  underWay: number
  /** An answer was lost, or the lock may have run out unseen: it may be over. */
  isInDoubt: boolean
  /** Somebody has said that it was not begun: then it did not fail. */
  mayBeReturned: boolean
  end: 'answered' | 'withdrawn' | 'unseen' | 'came-again' | 'letter' | 'trimmed' | undefined
  /** Whether an acknowledgement was on its way when it ended otherwise. */
  wasUnderWay: boolean
}

/** A record of the topic, and all that consumers, and readers of the dead-letter topic, can know of it. */
export class SharedRecord {
  readonly value: string
  readonly key: string | null
  readonly partition: number
  readonly offset: number
  /** Deliveries that failed by themselves since it was last settled. */
  failures: Bounds = { min: 0, max: 0 }
  isAccepted = false
  isRejected = false
  /** Sent, and never answered. */
  mayBeAccepted = false
  mayBeRejected = false
  /** Sent, and not answered yet. */
  readonly underWay: Record<Acknowledgement['type'], number> = {
    accept: 0,
    release: 0,
    reject: 0,
    renew: 0,
    return: 0,
  }
  /** Copies seen in the dead-letter topic, and how many of them were redriven. */
  letters = 0
  redriven: Bounds = { min: 0, max: 0 }
  /** How many calls had been sent when it was known to be redriven. */
  redrivenAtCall = 0
  /** Failures that its last copy lists. */
  listed = 0
  /** Its copy went with a dead-letter topic. */
  isCopyGone = false
  /** It may have been copied to a dead-letter topic that went before anybody looked. */
  mayHaveUnseenLetter = false
  expired: 'no' | 'perhaps' | 'surely' = 'no'
  /** When the trim that passed it was answered. */
  expiredAtCall = Infinity
  notBeforeMs = 0
  last: Delivery | undefined

  constructor(value: string, place: { readonly partition: number; readonly offset: number }) {
    this.value = value
    this.key = keyOf(value)
    this.partition = place.partition
    this.offset = place.offset
  }

  get isOut(): boolean {
    return this.last !== undefined && this.last.end === undefined
  }

  get isSurelySettled(): boolean {
    if (this.isAccepted || this.letters > this.redriven.max) return true
    return this.expired === 'surely' && this.letters === 0
  }

  /** Whoever says so need not be wrong. */
  mayBeSettled(terms: Terms): boolean {
    if (this.isAccepted || this.mayBeAccepted || this.underWay.accept > 0) return true
    if (this.letters > this.redriven.min || this.isCopyGone || this.mayHaveUnseenLetter) return true
    if (this.expired !== 'no' && this.letters === 0) return true
    return !terms.hasDeadLetters && this.mayBeGivenUp(terms)
  }

  mayBeGivenUp(terms: Terms): boolean {
    if (this.isRejected || this.mayBeRejected || this.underWay.reject > 0) return true
    return this.failuresMax >= terms.deliveriesMinEver
  }

  get failuresMax(): number {
    return this.failures.max + (this.isOut ? 1 : 0)
  }

  failed(times: Bounds): void {
    this.failures.min += times.min
    this.failures.max += times.max
  }
}

/** What the ledger needs to know of the settings of the group. */
export interface Terms {
  readonly isOrdered: boolean
  readonly hasDeadLetters: boolean
  readonly parks: boolean
  /** The lowest that a record may have been given up on by, ever. */
  readonly deliveriesMinEver: number
}

/** Values are `<key> <number>`; one that begins with a dash has no key. */
function keyOf(value: string): string | null {
  const key = value.split(' ')[0] ?? ''
  return key === '-' ? null : key
}
