import FlatQueue from 'flatqueue'
import { KeyLanes } from './key-lanes.ts'
import type { LaneKey } from './lane-key.ts'
import type { ShareLedger } from './share-ledger.ts'
import type { ShareSettings } from './share-settings.ts'

export interface PartitionRules {
  readonly settings: ShareSettings
  /** What its key has in other partitions comes first. */
  readonly isHeldUp: (offset: number, lane: LaneKey) => boolean
  /** In any partition of the topic. */
  readonly isParked: (lane: LaneKey) => boolean
}

/**
 * Which records of a partition may be handed out, and which come first. It follows from the ledger and from what was
 * read of the log; nothing of it is written down.
 *
 * Invariants
 *   - a record is ready when it is at the front of its lane, or has none, and nobody has it;
 *   - one that is ready no more may still stand in a queue: what is popped is looked at again.
 */
export class HandOutOrder {
  readonly #ledger: ShareLedger
  readonly #rules: PartitionRules
  readonly #lanes: KeyLanes
  /** Of those that wait at the front of their lane, or to be given up on, and were never out. */
  readonly #waitingLanes = new Map<number, LaneKey>()
  readonly #ready = new FlatQueue()
  readonly #delayed = new FlatQueue()
  readonly #exhausted = new FlatQueue()
  readonly #heldUp = new Set<number>()
  /** Taken, and nobody's yet. */
  readonly #taken = new Set<number>()

  constructor(ledger: ShareLedger, rules: PartitionRules) {
    this.#ledger = ledger
    this.#rules = rules
    this.#lanes = new KeyLanes((offset) => ledger.isSettled(offset))
  }

  get heldUpCount(): number {
    return this.#heldUp.size
  }

  get hasExhausted(): boolean {
    return this.#exhausted.length > 0
  }

  /** When the next record that waits for its time may be taken. */
  get nextDelayMs(): number {
    return this.#delayed.peekValue() ?? Infinity
  }

  /** Of a record that is out, was, or may be soon; undefined where it has none. */
  laneOf(offset: number): LaneKey | undefined {
    return this.#ledger.deliveries.get(offset)?.lane ?? this.#waitingLanes.get(offset)
  }

  head(lane: LaneKey): number | undefined {
    return this.#lanes.head(lane)
  }

  /** A record that was not known before. */
  enter(offset: number, lane: LaneKey | null): void {
    if (lane === null) {
      this.offer(offset)
      return
    }
    this.#lanes.add(lane, offset)
    const { deliveries, redriven } = this.#ledger
    // What was redriven may still stand in a queue from before, and must not be taken for one without a lane.
    const isKnown = deliveries.has(offset) || redriven.has(offset) || this.#rules.isParked(lane)
    if (!isKnown && this.#lanes.head(lane) !== offset) return
    this.#noteLane(offset, lane)
    this.offer(offset)
  }

  /** A record that was out, and not by its own fault is no more. */
  comeBack(offset: number, lane: LaneKey | undefined): void {
    if (lane !== undefined) this.#noteLane(offset, lane)
    this.offer(offset)
  }

  /** Where it goes, if it goes anywhere now. */
  offer(offset: number): void {
    this.#taken.delete(offset)
    if (this.isExhausted(offset)) {
      this.#exhausted.push(offset, offset)
      return
    }
    const lane = this.laneOf(offset)
    if (lane !== undefined && this.#lanes.head(lane) !== offset) return
    const delivery = this.#ledger.deliveries.get(offset)
    if (delivery?.acquisition !== undefined) return
    const availableAtMs = delivery?.availableAtMs ?? 0
    if (availableAtMs > 0) this.#delayed.push(offset, availableAtMs)
    else this.#ready.push(offset, offset)
  }

  /** The first `max` that may be handed out now, by their offsets; of a key several, in a row. */
  take(max: number, nowMs: number): readonly number[] {
    while (this.nextDelayMs <= nowMs) {
      const offset = this.#delayed.pop()
      if (offset !== undefined) this.#ready.push(offset, offset)
    }
    const taken: number[] = []
    const followers = new Set<number>()
    while (taken.length < max) {
      const offset = this.#ready.pop()
      if (offset === undefined) break
      if (!this.#mayBeTaken(offset, nowMs, followers)) continue
      taken.push(offset)
      this.#taken.add(offset)
      const lane = this.laneOf(offset)
      const next = lane === undefined ? undefined : this.#lanes.next(lane, offset)
      if (lane === undefined || next === undefined) continue
      // First: whether it is parked goes by its lane.
      this.#noteLane(next, lane)
      if (!this.#isAvailable(next, nowMs)) continue
      this.#ready.push(next, next)
      followers.add(next)
    }
    return taken
  }

  /** Those that were taken, and these of them, have an owner. */
  settleTaken(offsets: readonly number[]): void {
    this.#taken.clear()
    for (const offset of offsets) {
      const lane = this.#waitingLanes.get(offset)
      if (lane === undefined) continue
      this.#waitingLanes.delete(offset)
      this.#noteLane(offset, lane)
    }
  }

  /** Of its key, later than it, and out by the same acquisition. */
  outBehind(offset: number, number: number): readonly number[] {
    const lane = this.laneOf(offset)
    const out: number[] = []
    if (lane === undefined) return out
    for (const later of this.#lanes.behind(lane, offset)) {
      const acquisition = this.#ledger.deliveries.get(later)?.acquisition
      if (acquisition?.number === number) out.push(later)
      // What was redriven may stand between those that are out; behind the first other one nobody has any.
      else if (acquisition === undefined && !this.#ledger.redriven.has(later)) break
    }
    return out
  }

  /** It is settled, and was of that lane: the next of its key comes to the front. */
  leave(offset: number, lane: LaneKey | undefined): void {
    if (lane === undefined) return
    this.#waitingLanes.delete(offset)
    this.lookAt(lane)
  }

  /** The lanes of what is known from `from` up to `to`, all but what was redriven. */
  lanesIn(from: number, to: number): ReadonlySet<LaneKey> {
    const lanes = new Set<LaneKey>()
    const note = (offset: number, lane: LaneKey | undefined) => {
      const isIn = offset >= from && offset < to && !this.#ledger.redriven.has(offset)
      if (isIn && lane !== undefined) lanes.add(lane)
    }
    for (const [offset, { lane }] of this.#ledger.deliveries) note(offset, lane)
    for (const [offset, lane] of this.#waitingLanes) note(offset, lane)
    return lanes
  }

  /** What is settled of them leaves; the next of each comes to the front. */
  lookAtAll(lanes: ReadonlySet<LaneKey>): void {
    for (const offset of this.#waitingLanes.keys()) {
      if (this.#ledger.isSettled(offset)) this.#waitingLanes.delete(offset)
    }
    for (const lane of lanes) this.lookAt(lane)
  }

  /** Whatever is at its front now may be handed out. */
  lookAt(lane: LaneKey): void {
    const head = this.#lanes.head(lane)
    // What is taken has its place: it came to the front as one before it could not be read.
    if (head === undefined || this.#taken.has(head)) return
    this.#noteLane(head, lane)
    this.offer(head)
  }

  /** Something in other partitions has changed: what they held up is looked at again. */
  lookAgain(): void {
    const heldUp = [...this.#heldUp]
    this.#heldUp.clear()
    for (const offset of heldUp) this.offer(offset)
  }

  /**
   * Records that are given up on, not settled yet, the oldest first. One that goes only because its key is parked goes
   * when all earlier ones of the key are settled, or right behind them.
   */
  takeExhausted(max: number): readonly number[] {
    const offsets: number[] = []
    const followers = new Set<number>()
    while (offsets.length < max) {
      const offset = this.#exhausted.pop()
      if (offset === undefined) break
      if (offsets.at(-1) === offset || !this.isExhausted(offset)) continue
      const lane = this.laneOf(offset)
      const isNext =
        lane === undefined || followers.has(offset) || this.#lanes.head(lane) === offset
      if (!isNext && !this.hasFailedForGood(offset)) continue
      if (lane !== undefined && this.#rules.isHeldUp(offset, lane)) {
        this.#heldUp.add(offset)
        continue
      }
      offsets.push(offset)
      if (isNext && lane !== undefined) this.#follow(offset, lane, followers)
    }
    return offsets
  }

  #follow(offset: number, lane: LaneKey, followers: Set<number>): void {
    const next = this.#lanes.next(lane, offset)
    if (next === undefined) return
    this.#noteLane(next, lane)
    if (!this.isExhausted(next)) return
    this.#exhausted.push(next, next)
    followers.add(next)
  }

  /** Nobody gets it any more: it is to be copied, or archived. */
  isExhausted(offset: number): boolean {
    if (this.#ledger.isSettled(offset)) return false
    if (this.#ledger.deliveries.get(offset)?.acquisition !== undefined) return false
    return this.#isParked(offset) || this.hasFailedForGood(offset)
  }

  /** By itself, and not for its key. */
  hasFailedForGood(offset: number): boolean {
    const delivery = this.#ledger.deliveries.get(offset)
    if (delivery === undefined || delivery.acquisition !== undefined) return false
    const isRejected = delivery.availableAtMs === Infinity
    return isRejected || delivery.count >= this.#rules.settings.maxDeliveryCount
  }

  #isParked(offset: number): boolean {
    // Under another policy a key goes on, parked or not.
    if (this.#rules.settings.deadLetter?.policy !== 'park-key') return false
    const lane = this.laneOf(offset)
    if (lane === undefined || !this.#rules.isParked(lane)) return false
    return this.#ledger.redriven.get(offset)?.isSpared !== true
  }

  #noteLane(offset: number, lane: LaneKey): void {
    const delivery = this.#ledger.deliveries.get(offset)
    if (delivery === undefined) this.#waitingLanes.set(offset, lane)
    else delivery.lane = lane
  }

  #mayBeTaken(offset: number, nowMs: number, followers: ReadonlySet<number>): boolean {
    if (this.#taken.has(offset)) return false
    if (this.isExhausted(offset)) {
      // Its key may have been parked in another partition.
      this.#exhausted.push(offset, offset)
      return false
    }
    if (!this.#isAvailable(offset, nowMs)) return false
    const lane = this.laneOf(offset)
    if (lane === undefined) return true
    if (!followers.has(offset)) {
      if (this.#lanes.head(lane) !== offset || this.#isLaterOut(lane, offset)) return false
    }
    if (!this.#rules.isHeldUp(offset, lane)) return true
    this.#heldUp.add(offset)
    return false
  }

  #isAvailable(offset: number, nowMs: number): boolean {
    if (this.#ledger.isSettled(offset) || this.isExhausted(offset)) return false
    const delivery = this.#ledger.deliveries.get(offset)
    if (delivery === undefined) return true
    return delivery.acquisition === undefined && delivery.availableAtMs <= nowMs
  }

  /** Some that came before what was redriven, or before the group was ordered, are with a consumer. */
  #isLaterOut(lane: LaneKey, head: number): boolean {
    const { deliveries, redriven } = this.#ledger
    for (const next of this.#lanes.behind(lane, head)) {
      if (deliveries.get(next)?.acquisition !== undefined) return true
      if (!redriven.has(next)) return false
    }
    return false
  }
}
