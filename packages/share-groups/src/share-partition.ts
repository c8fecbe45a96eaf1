/**
 * One partition of a share group: who has which record, and what became of it. Pure: time is an argument, and what is
 * to be written down are the facts that each step leaves behind.
 *
 *     waiting ──acquire──► acquired ──accept──► settled
 *        ▲                    │
 *        │   release, lock ran out: the later ones of its key that are out are withdrawn
 *        └────────────────────┤
 *                             └─ rejected, or for the last time ─► exhausted ─► archived, or dead-lettered: settled
 *
 * Invariants
 *   - by key, the records of a lane that are out stand at its front, and came by one call;
 *   - nothing behind `scanOffset` was handed out, but for what was redriven.
 */
import FlatQueue from 'flatqueue'
import type { Acquisition, Delivery } from './delivery.ts'
import { HandOutOrder, type PartitionRules } from './hand-out-order.ts'
import type { LaneKey } from './lane-key.ts'
import type { ShareFact } from './share-fact.ts'
import type { ShareLedger } from './share-ledger.ts'
import { retryDelayMs } from './share-settings.ts'

/** What is taken for a consumer, and not yet its own. */
export interface Taken {
  readonly offset: number
  /** Which delivery it will be. */
  readonly deliveryCount: number
}

export class SharePartition {
  readonly ledger: ShareLedger
  readonly #rules: PartitionRules
  readonly #order: HandOutOrder
  readonly #locks = new FlatQueue<Acquisition>()
  /** Since the facts were last taken. */
  #facts: ShareFact[] = []
  /** Of the last of them, if it tells of what was accepted: what comes next is told by the same. */
  #accepted: number[] | undefined
  #scanOffset: number
  #locksMax = LOCKS_MAX

  constructor(ledger: ShareLedger, rules: PartitionRules) {
    this.ledger = ledger
    this.#rules = rules
    this.#order = new HandOutOrder(ledger, rules)
    this.#scanOffset = ledger.startOffset
    for (const [offset, { lane }] of ledger.redriven) this.#order.enter(offset, lane)
    for (const acquisition of acquisitionsOf(ledger)) {
      this.#locks.push(acquisition, acquisition.untilMs)
    }
  }

  /** The first offset that was not looked at. */
  get scanOffset(): number {
    return this.#scanOffset
  }

  get heldUpCount(): number {
    return this.#order.heldUpCount
  }

  get hasExhausted(): boolean {
    return this.#order.hasExhausted
  }

  /** When the next lock may run out. */
  get nextLockMs(): number {
    return this.#locks.peekValue() ?? Infinity
  }

  /** When the next record that waits for its time may be taken. */
  get nextDelayMs(): number {
    return this.#order.nextDelayMs
  }

  /** What is to be written down, since the last time. */
  takeFacts(): readonly ShareFact[] {
    const facts = this.#facts
    this.#facts = []
    this.#accepted = undefined
    return facts
  }

  /** The next record of the log. In the order of offsets, each once. */
  scanned(offset: number, lane: LaneKey | null): void {
    this.scannedTo(offset)
    this.#scanOffset = offset + 1
    if (this.ledger.settled.has(offset)) return
    this.#order.enter(offset, this.#rules.settings.ordering === 'key' ? lane : null)
  }

  /** There is no record before it that was not scanned: offsets that nothing is at, as compaction leaves them. */
  scannedTo(offset: number): void {
    if (offset <= this.#scanOffset) return
    const from = this.#scanOffset
    this.#scanOffset = offset
    if (!this.ledger.settled.hasAll(from, offset)) {
      this.#happened({ kind: 'missing', from, to: offset })
    }
  }

  /** Before it everything of the key is settled, in this partition. */
  isClearBefore(lane: LaneKey, offset: number): boolean {
    const { startOffset, redriven } = this.ledger
    if (startOffset >= offset && redriven.size === 0) return true
    if (this.#scanOffset < offset) return false
    return (this.#order.head(lane) ?? offset) >= offset
  }

  /**
   * The first `max` records that may be handed out now, by their offsets. They are the caller's until it says who has
   * them (`acquire`), or gives them back (`offer`).
   */
  take(max: number, nowMs: number): readonly Taken[] {
    return this.#order.take(max, nowMs).map((offset) => {
      return { offset, deliveryCount: (this.ledger.deliveries.get(offset)?.count ?? 0) + 1 }
    })
  }

  /** What was taken is given back. */
  offer(taken: readonly Taken[]): void {
    for (const { offset } of taken) this.#order.offer(offset)
  }

  /** What was taken, ascending, has an owner. */
  acquire(
    consumer: string,
    taken: readonly Taken[],
    nowMs: number,
  ): { readonly number: number; readonly untilMs: number } {
    const offsets = taken.map(({ offset }) => offset)
    const untilMs = nowMs + this.#rules.settings.acquisitionLockMs
    const number = this.ledger.nextNumber
    this.#happened({ kind: 'acquired', number, consumer, atMs: nowMs, untilMs, offsets })
    this.#lock(offsets[0])
    this.#order.settleTaken(offsets)
    return { number, untilMs }
  }

  /** False, here and below: that delivery is over. */
  accept(offset: number, number: number): boolean {
    if (this.#deliveryOf(offset, number) === undefined) return false
    const lane = this.#order.laneOf(offset)
    this.ledger.apply({ kind: 'accepted', offsets: [offset] })
    if (this.#accepted === undefined) {
      this.#accepted = []
      this.#facts.push({ kind: 'accepted', offsets: this.#accepted })
    }
    this.#accepted.push(offset)
    this.#order.leave(offset, lane)
    return true
  }

  release(
    offset: number,
    number: number,
    how: { readonly delayMs: number | undefined; readonly reason: string; readonly nowMs: number },
  ): boolean {
    const delivery = this.#deliveryOf(offset, number)
    if (delivery === undefined) return false
    const delayMs = how.delayMs ?? retryDelayMs(this.#rules.settings, delivery.count)
    const { reason, nowMs } = how
    this.#fail(offset, { reason, availableAtMs: nowMs + delayMs, isRejected: false })
    return true
  }

  reject(offset: number, number: number, reason: string): boolean {
    if (this.#deliveryOf(offset, number) === undefined) return false
    this.#fail(offset, { reason, availableAtMs: 0, isRejected: true })
    return true
  }

  /** As if it had not been handed out. */
  takeBack(offset: number, number: number): boolean {
    if (this.#deliveryOf(offset, number) === undefined) return false
    const lane = this.#order.laneOf(offset)
    this.#withdrawBehind(offset, number, lane)
    this.#withdraw(offset, lane)
    this.#lookAtHead(offset, lane)
    return true
  }

  /** Answers with until when it is locked now. */
  renew(offset: number, number: number, nowMs: number): number | undefined {
    if (this.#deliveryOf(offset, number) === undefined) return undefined
    const untilMs = nowMs + this.#rules.settings.acquisitionLockMs
    this.#happened({ kind: 'renewed', offsets: [offset], untilMs })
    this.#lock(offset)
    return untilMs
  }

  /** Every lock that is held. */
  beginLocksAnew(nowMs: number): void {
    const offsets: number[] = []
    for (const [offset, { acquisition }] of this.ledger.deliveries) {
      if (acquisition !== undefined) offsets.push(offset)
    }
    if (offsets.length === 0) return
    const untilMs = nowMs + this.#rules.settings.acquisitionLockMs
    offsets.sort((one, other) => one - other)
    this.#happened({ kind: 'renewed', offsets, untilMs })
    this.#compactLocks()
  }

  /**
   * Takes back what was not acknowledged in time. It may be taken at once: it has waited. Of very many, some: for the
   * rest, `nextLockMs` is over.
   */
  expireLocks(nowMs: number): void {
    const due: { readonly offset: number; readonly acquisition: Acquisition }[] = []
    for (;;) {
      const acquisition = this.#locks.peek()
      if (acquisition === undefined) break
      if (acquisition.openCount > 0 && this.nextLockMs > nowMs) break
      this.#locks.pop()
      if (acquisition.openCount === 0) continue
      for (const offset of acquisition.offsets) due.push({ offset, acquisition })
    }
    // The earlier of a key withdraws the later, which then has not failed by itself.
    due.sort((one, other) => one.offset - other.offset)
    for (const { offset, acquisition } of due.splice(0, EXPIRED_AT_ONCE)) {
      const isIts = this.ledger.deliveries.get(offset)?.acquisition === acquisition
      const how = { reason: LOCK_RAN_OUT, availableAtMs: nowMs, isRejected: false }
      if (isIts) this.#fail(offset, how)
    }
    for (const acquisition of new Set(due.map((one) => one.acquisition))) {
      this.#locks.push(acquisition, acquisition.untilMs)
    }
    this.#archive()
  }

  /** The log begins there now: what is before it and was not settled has expired. */
  expireBelow(logStartOffset: number): void {
    const { startOffset } = this.ledger
    if (logStartOffset <= startOffset) return
    const lanes = this.#order.lanesIn(startOffset, logStartOffset)
    this.#happened({ kind: 'expired', below: logStartOffset })
    this.#scanOffset = Math.max(this.#scanOffset, logStartOffset)
    this.#order.lookAtAll(lanes)
  }

  /** They cannot be read, and never will be. */
  giveUp(from: number, to: number): void {
    const lanes = this.#order.lanesIn(from, to)
    this.#happened({ kind: 'unreadable', from, to })
    this.#scanOffset = Math.max(this.#scanOffset, to)
    this.#order.lookAtAll(lanes)
  }

  /** Records that are given up on and not copied yet, the oldest first; those of parked keys with them. */
  takeExhausted(max: number): readonly number[] {
    return this.#order.takeExhausted(max)
  }

  /** They were not copied, or not all of them. */
  keepExhausted(offsets: readonly number[]): void {
    for (const offset of offsets) if (this.#order.isExhausted(offset)) this.#order.offer(offset)
  }

  /** By itself, and not for its key. */
  hasFailedForGood(offset: number): boolean {
    return this.#order.hasFailedForGood(offset)
  }

  laneOf(offset: number): LaneKey | null {
    return this.#order.laneOf(offset) ?? null
  }

  /** Copied, durably: facts that were written together with the copies. */
  deadLettered(facts: readonly ShareFact[]): void {
    for (const fact of facts) this.ledger.apply(fact)
    for (const fact of facts) {
      if (fact.kind === 'dead-lettered') {
        this.#order.leave(fact.offset, fact.letter.lane ?? undefined)
      }
      if (fact.kind === 'parked') this.#order.lookAt(fact.lane)
    }
  }

  /** In another partition of the topic: what is here of the key goes the same way, in its order. */
  parkedElsewhere(lane: LaneKey): void {
    this.ledger.spareNone(lane)
    this.#order.lookAt(lane)
  }

  /** Copies that are handed out again, and keys that are parked no more: facts that the ledger has. */
  redriven(facts: readonly ShareFact[]): void {
    for (const fact of facts) {
      if (fact.kind === 'redriven') this.#order.enter(fact.offset, fact.letter.lane)
      if (fact.kind === 'unparked') this.#order.lookAt(fact.lane)
    }
  }

  /** The copy of a record that was redriven is no longer where it was. */
  letterGone(offset: number): void {
    const letter = this.ledger.redriven.get(offset)
    if (letter === undefined) return
    this.#happened({ kind: 'letter-gone', offset, letter })
    this.#order.leave(offset, letter.lane ?? undefined)
  }

  /** Something in other partitions has changed: what they held up is looked at again. */
  lookAgain(): void {
    this.#order.lookAgain()
  }

  #deliveryOf(offset: number, number: number): Delivery | undefined {
    const delivery = this.ledger.deliveries.get(offset)
    return delivery?.acquisition?.number === number ? delivery : undefined
  }

  #lock(offset: number | undefined): void {
    const delivery = offset === undefined ? undefined : this.ledger.deliveries.get(offset)
    if (delivery?.acquisition === undefined) throw new Error('Nobody has it.')
    this.#locks.push(delivery.acquisition, delivery.acquisition.untilMs)
    if (this.#locks.length > this.#locksMax) this.#compactLocks()
  }

  /** Those of which nothing is out any more may stand behind one that runs long. */
  #compactLocks(): void {
    this.#locks.clear()
    for (const acquisition of acquisitionsOf(this.ledger)) {
      this.#locks.push(acquisition, acquisition.untilMs)
    }
    this.#locksMax = Math.max(LOCKS_MAX, this.#locks.length * 2)
  }

  #fail(
    offset: number,
    how: { readonly reason: string; readonly availableAtMs: number; readonly isRejected: boolean },
  ): void {
    const number = this.ledger.deliveries.get(offset)?.acquisition?.number ?? NOBODY
    this.#happened({ kind: 'failed', offset, ...how })
    const lane = this.#order.laneOf(offset)
    this.#withdrawBehind(offset, number, lane)
    this.#order.offer(offset)
    this.#lookAtHead(offset, lane)
    this.#archive()
  }

  /** The last first: none is ever out while an earlier one of its key is not. */
  #withdrawBehind(offset: number, number: number, lane: LaneKey | undefined): void {
    const later = this.#order.outBehind(offset, number)
    for (const one of later.toReversed()) this.#withdraw(one, lane)
  }

  #withdraw(offset: number, lane: LaneKey | undefined): void {
    this.#happened({ kind: 'withdrawn', offset })
    this.#order.comeBack(offset, lane)
  }

  /** What was redriven may have waited for it. */
  #lookAtHead(offset: number, lane: LaneKey | undefined): void {
    if (lane !== undefined && this.#order.head(lane) !== offset) this.#order.lookAt(lane)
  }

  /** Without a dead-letter topic, what is given up on is settled. */
  #archive(): void {
    if (this.#rules.settings.deadLetter !== null) return
    while (this.#order.hasExhausted) {
      for (const offset of this.#order.takeExhausted(1)) {
        const lane = this.#order.laneOf(offset)
        this.#happened({ kind: 'archived', offset })
        this.#order.leave(offset, lane)
      }
    }
  }

  #happened(fact: ShareFact): void {
    this.ledger.apply(fact)
    this.#facts.push(fact)
    this.#accepted = undefined
  }
}

/** No acquisition has that number. */
const NOBODY = 0
/** Each is written down. */
const EXPIRED_AT_ONCE = 2_000
/** Finished ones among them. */
const LOCKS_MAX = 10_000
/** Why a delivery came to nothing, when nobody said. */
const LOCK_RAN_OUT = 'The lock ran out.'

function acquisitionsOf({ deliveries }: ShareLedger): Iterable<Acquisition> {
  const acquisitions = new Set<Acquisition>()
  for (const { acquisition } of deliveries.values()) {
    if (acquisition !== undefined) acquisitions.add(acquisition)
  }
  return acquisitions
}
