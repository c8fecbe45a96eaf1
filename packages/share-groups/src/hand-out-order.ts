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
  /** Of those that are out, or wait at the front of their lane or to be given up on. */
  readonly #laneOf = new Map<number, LaneKey>()
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

  laneOf(offset: number): LaneKey | undefined {
    return this.#laneOf.get(offset)
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
    const isKnown = this.#ledger.deliveries.has(offset) || this.#rules.isParked(lane)
    if (isKnown || this.#lanes.head(lane) === offset) this.#laneOf.set(offset, lane)
    if (this.#laneOf.has(offset)) this.offer(offset)
  }

  /** Where it goes, if it goes anywhere now. */
  offer(offset: number): void {
    this.#taken.delete(offset)
    if (this.isExhausted(offset)) {
      this.#exhausted.push(offset, offset)
      return
    }
    const lane = this.#laneOf.get(offset)
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
      const lane = this.#laneOf.get(offset)
      const next = lane === undefined ? undefined : this.#lanes.next(lane, offset)
      if (lane === undefined || next === undefined || !this.#isAvailable(next, nowMs)) continue
      this.#laneOf.set(next, lane)
      this.#ready.push(next, next)
      followers.add(next)
    }
    return taken
  }

  /** Those that were taken have an owner. */
  settleTaken(): void {
    this.#taken.clear()
  }

  /** Of its key, later than it, and out with it. */
  *outBehind(offset: number): Generator<number> {
    const lane = this.#laneOf.get(offset)
    if (lane === undefined) return
    for (const later of this.#lanes.behind(lane, offset)) {
      if (this.#ledger.deliveries.get(later)?.acquisition !== undefined) yield later
      // What was redriven may stand between those that are out; behind the first other one nobody has any.
      else if (!this.#ledger.redriven.has(later)) return
    }
  }

  /** It is settled: the next of its key comes to the front. */
  leave(offset: number): void {
    const lane = this.#laneOf.get(offset)
    if (lane === undefined) return
    this.#laneOf.delete(offset)
    this.lookAt(lane)
  }

  /** They are settled, from `from` up to `to`, all but what was redriven. */
  leaveAll(from: number, to: number): void {
    const lanes = new Set<LaneKey>()
    for (const [offset, lane] of this.#laneOf) {
      if (offset < from || offset >= to || this.#ledger.redriven.has(offset)) continue
      lanes.add(lane)
      this.#laneOf.delete(offset)
    }
    for (const lane of lanes) this.lookAt(lane)
  }

  /** Whatever is at its front now may be handed out. */
  lookAt(lane: LaneKey): void {
    const head = this.#lanes.head(lane)
    if (head === undefined) return
    this.#laneOf.set(head, lane)
    this.offer(head)
  }

  /** Everything of a key is given up on. */
  park(lane: LaneKey): void {
    const head = this.#lanes.head(lane)
    if (head === undefined) return
    for (const offset of [head, ...this.#lanes.behind(lane, head)]) {
      this.#laneOf.set(offset, lane)
      this.offer(offset)
    }
  }

  /** Something in other partitions has changed: what they held up is looked at again. */
  lookAgain(): void {
    const heldUp = [...this.#heldUp]
    this.#heldUp.clear()
    for (const offset of heldUp) this.offer(offset)
  }

  /** Records that are given up on, and not settled yet, the oldest first. */
  takeExhausted(max: number): readonly number[] {
    const offsets: number[] = []
    while (offsets.length < max) {
      const offset = this.#exhausted.pop()
      if (offset === undefined) break
      if (offsets.at(-1) === offset || !this.isExhausted(offset)) continue
      const lane = this.#laneOf.get(offset)
      // A parked key goes in its order, too.
      if (lane !== undefined && this.#rules.isHeldUp(offset, lane)) this.#heldUp.add(offset)
      else offsets.push(offset)
    }
    return offsets
  }

  isExhausted(offset: number): boolean {
    if (this.#ledger.isSettled(offset)) return false
    const lane = this.#laneOf.get(offset)
    const delivery = this.#ledger.deliveries.get(offset)
    if (delivery?.acquisition !== undefined) return false
    if (lane !== undefined && this.#rules.isParked(lane)) return true
    if (delivery === undefined) return false
    return delivery.isRejected || delivery.count >= this.#rules.settings.maxDeliveryCount
  }

  #mayBeTaken(offset: number, nowMs: number, followers: ReadonlySet<number>): boolean {
    if (this.#taken.has(offset)) return false
    if (this.isExhausted(offset)) {
      // Its key may have been parked in another partition.
      this.#exhausted.push(offset, offset)
      return false
    }
    if (!this.#isAvailable(offset, nowMs)) return false
    const lane = this.#laneOf.get(offset)
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
