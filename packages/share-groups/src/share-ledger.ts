import assert from 'node:assert/strict'
import type { Acquisition, Delivery, FailedDelivery, RedrivenLetter } from './delivery.ts'
import type { LaneKey } from './lane-key.ts'
import { OffsetMap } from './offset-map.ts'
import { SettledOffsets } from './settled-offsets.ts'
import type { ShareFact } from './share-fact.ts'

/** What is known of one partition of a share group, and must never be forgotten: the sum of its facts. */
export class ShareLedger {
  readonly settled: SettledOffsets
  readonly deliveries = new OffsetMap<Delivery>()
  /** Of records that are not settled. */
  readonly failures = new Map<number, readonly FailedDelivery[]>()
  /** Records below the start, or settled, that are handed out again from their copies. */
  readonly redriven = new Map<number, RedrivenLetter>()
  readonly parked = new Set<LaneKey>()
  nextNumber = 1
  acquiredCount = 0
  /** Copies that were not redriven. */
  letterCount = 0
  expiredCount = 0
  unreadableCount = 0

  constructor(settled: SettledOffsets) {
    this.settled = settled
  }

  static startingAt(offset: number): ShareLedger {
    return new ShareLedger(new SettledOffsets(offset))
  }

  /** Every record before it is settled, but for those that were redriven. */
  get startOffset(): number {
    return this.settled.start
  }

  /** One past the newest that was handed out, or settled. */
  get endOffset(): number {
    let end = this.settled.end
    for (const offset of this.deliveries.keys()) if (offset >= end) end = offset + 1
    return end
  }

  isSettled(offset: number): boolean {
    return this.settled.has(offset) && !this.redriven.has(offset)
  }

  apply(fact: ShareFact): void {
    switch (fact.kind) {
      case 'acquired': {
        const { number, consumer, atMs, untilMs, offsets } = fact
        const acquisition = { number, consumer, atMs, untilMs, offsets, openCount: offsets.length }
        for (const offset of fact.offsets) this.#acquire(offset, acquisition)
        this.nextNumber = Math.max(this.nextNumber, fact.number + 1)
        return
      }
      case 'renewed':
        this.#renew(fact.offsets, fact.untilMs)
        return
      case 'accepted':
        for (const offset of fact.offsets) this.#settle(offset)
        return
      case 'failed':
        this.#fail(fact)
        return
      case 'withdrawn':
        this.#withdraw(fact.offset)
        return
      case 'archived':
        this.#settle(fact.offset)
        return
      case 'dead-lettered':
        this.#settle(fact.offset)
        this.letterCount++
        return
      case 'expired':
        this.#expire(fact.below)
        return
      case 'unreadable':
        this.#giveUp(fact.from, fact.to)
        return
      case 'missing':
        this.#forgetIn(fact.from, fact.to)
        this.settled.addRange(fact.from, fact.to)
        return
      case 'parked':
        this.parked.add(fact.lane)
        this.spareNone(fact.lane)
        return
      case 'unparked':
        this.parked.delete(fact.lane)
        return
      case 'redriven':
        this.redriven.set(fact.offset, { ...fact.letter, isSpared: true })
        this.letterCount--
        return
      case 'letter-gone':
        if (this.redriven.has(fact.offset)) this.#settle(fact.offset)
        else this.letterCount--
        this.expiredCount++
    }
  }

  /** The key was parked just now, here or in another partition: what was redriven before goes with it. */
  spareNone(lane: LaneKey): void {
    for (const letter of this.redriven.values()) {
      if (letter.lane === lane) letter.isSpared = false
    }
  }

  #acquire(offset: number, acquisition: Acquisition): void {
    const delivery = this.deliveries.get(offset)
    if (delivery === undefined) {
      this.deliveries.set(offset, newDelivery(1, acquisition))
    } else {
      delivery.count++
      delivery.acquisition = acquisition
    }
    this.acquiredCount++
  }

  /** Those of one acquisition stay together. */
  #renew(offsets: readonly number[], untilMs: number): void {
    const byAcquisition = new Map<Acquisition, number[]>()
    for (const offset of offsets) {
      const acquisition = this.deliveries.get(offset)?.acquisition
      assert(acquisition !== undefined)
      const together = byAcquisition.get(acquisition)
      if (together === undefined) byAcquisition.set(acquisition, [offset])
      else together.push(offset)
    }
    for (const [acquisition, together] of byAcquisition) {
      acquisition.openCount -= together.length
      const openCount = together.length
      const renewed = { ...acquisition, untilMs, offsets: together, openCount }
      for (const offset of together) {
        const delivery = this.deliveries.get(offset)
        if (delivery !== undefined) delivery.acquisition = renewed
      }
    }
  }

  #settle(offset: number): void {
    this.#forget(offset)
    if (!this.redriven.delete(offset)) this.settled.add(offset)
  }

  #fail({ offset, reason, availableAtMs, isRejected }: ShareFact & { kind: 'failed' }): void {
    const delivery = this.deliveries.get(offset)
    assert(delivery?.acquisition !== undefined)
    const { atMs, consumer } = delivery.acquisition
    const earlier = this.failures.get(offset) ?? []
    const kept =
      earlier.length < FAILURES_MAX ? earlier : [...earlier.slice(0, 1), ...earlier.slice(2)]
    this.failures.set(offset, [...kept, { atMs, consumer, reason }])
    this.#takeBack(delivery)
    delivery.availableAtMs = isRejected ? Infinity : availableAtMs
  }

  #withdraw(offset: number): void {
    const delivery = this.deliveries.get(offset)
    assert(delivery?.acquisition !== undefined)
    this.#takeBack(delivery)
    delivery.count--
    if (delivery.count === 0) this.deliveries.delete(offset)
  }

  #forget(offset: number): void {
    const delivery = this.deliveries.get(offset)
    if (delivery === undefined) return
    this.#takeBack(delivery)
    this.deliveries.delete(offset)
    this.failures.delete(offset)
  }

  #takeBack(delivery: Delivery): void {
    if (delivery.acquisition === undefined) return
    delivery.acquisition.openCount--
    delivery.acquisition = undefined
    this.acquiredCount--
  }

  #expire(below: number): void {
    this.#forgetIn(0, below)
    this.expiredCount += this.settled.raiseStart(below)
  }

  #giveUp(from: number, to: number): void {
    this.#forgetIn(from, to)
    this.unreadableCount += this.settled.addRange(from, to)
  }

  /** They are not where they were. What was redriven stays: its copy is elsewhere. */
  #forgetIn(from: number, to: number): void {
    for (const offset of this.deliveries.keysIn(from, to)) {
      if (!this.redriven.has(offset)) this.#forget(offset)
    }
  }
}

/** Of one record: the first, and the latest. */
const FAILURES_MAX = 10

export function newDelivery(count: number, acquisition: Acquisition | undefined): Delivery {
  return { count, acquisition, availableAtMs: 0, lane: undefined }
}
