import type { Taken } from '../src/share-partition.ts'
import type { ShareSettings } from '../src/share-settings.ts'

/** A record, and everything that is known of it. */
export interface ModelRecord {
  readonly offset: number
  readonly key: string | null
  state: 'open' | 'accepted' | 'archived' | 'letter' | 'expired' | 'missing'
  /** Redriven since its key was parked. */
  isSpared: boolean
  /** Deliveries that came to nothing by themselves. */
  failures: number
  isRejected: boolean
  availableAtMs: number
  holder: { readonly call: number; untilMs: number } | undefined
}

const FRESH = { failures: 0, isRejected: false, availableAtMs: 0, holder: undefined }

/** What a partition of a share group promises, said as plainly as it can be: every question looks at every record. */
export class PlainModel {
  readonly records: ModelRecord[] = []
  readonly parked = new Set<string>()
  readonly #settings: ShareSettings

  constructor(settings: ShareSettings) {
    this.#settings = settings
  }

  produce(key: string | null): void {
    const offset = this.records.length
    this.records.push({ offset, key, state: 'open', isSpared: false, ...FRESH })
  }

  /** An offset that nothing is at. */
  skip(): void {
    const offset = this.records.length
    this.records.push({ offset, key: null, state: 'missing', isSpared: false, ...FRESH })
  }

  redrive(offset: number): void {
    Object.assign(this.at(offset), { state: 'open', isSpared: true, ...FRESH })
  }

  /** Exactly these must be taken, of those before `scanned`. */
  takeable(max: number, nowMs: number, scanned: number): readonly Taken[] {
    const taken: number[] = []
    for (const record of this.records.slice(0, scanned)) {
      if (taken.length >= max) break
      if (record.state !== 'open' || record.holder !== undefined) continue
      if (this.isExhausted(record) || record.availableAtMs > nowMs) continue
      const isNext = this.#related(record).every(({ offset, holder }) => {
        return offset < record.offset ? taken.includes(offset) : holder === undefined
      })
      if (isNext) taken.push(record.offset)
    }
    return taken.map((offset) => ({ offset, deliveryCount: this.at(offset).failures + 1 }))
  }

  /** Exactly these must be copied, of those before `scanned`. */
  copyable(max: number, scanned: number): readonly number[] {
    const copied: number[] = []
    for (const record of this.records.slice(0, scanned)) {
      if (copied.length >= max) break
      if (record.state !== 'open' || !this.isExhausted(record)) continue
      const isNext = this.#related(record).every(({ offset }) => {
        return offset > record.offset || copied.includes(offset)
      })
      if (isNext || this.hasFailedForGood(record)) copied.push(record.offset)
    }
    return copied
  }

  isExhausted({ key, failures, isRejected, isSpared, holder }: ModelRecord): boolean {
    if (holder !== undefined) return false
    const isParked = this.#isOrdered(key) && !isSpared && this.parked.has(key ?? '')
    return isParked || isRejected || failures >= this.#settings.maxDeliveryCount
  }

  hasFailedForGood({ failures, isRejected }: ModelRecord): boolean {
    return isRejected || failures >= this.#settings.maxDeliveryCount
  }

  park(key: string): void {
    this.parked.add(key)
    for (const record of this.records) if (record.key === key) record.isSpared = false
  }

  acquire(offsets: readonly number[], call: number, untilMs: number): void {
    for (const offset of offsets) this.at(offset).holder = { call, untilMs }
  }

  isHeld(offset: number, call: number): boolean {
    return this.at(offset).holder?.call === call
  }

  fail(offset: number, availableAtMs: number, isRejected: boolean): void {
    const record = this.at(offset)
    record.holder = undefined
    record.failures++
    record.isRejected = isRejected
    record.availableAtMs = availableAtMs
    for (const later of this.#related(record)) {
      if (later.offset > offset) later.holder = undefined
    }
  }

  /** As if it had not been handed out. */
  takeBack(offset: number): void {
    const record = this.at(offset)
    record.holder = undefined
    for (const later of this.#related(record)) if (later.offset > offset) later.holder = undefined
  }

  expireLocks(nowMs: number): void {
    for (const { offset, holder } of this.records) {
      if (holder !== undefined && holder.untilMs <= nowMs) this.fail(offset, nowMs, false)
    }
  }

  at(offset: number): ModelRecord {
    return this.records[offset]!
  }

  /** The others of the same key that are open. */
  #related(record: ModelRecord): readonly ModelRecord[] {
    if (!this.#isOrdered(record.key)) return []
    return this.records.filter((other) => {
      return other.key === record.key && other.state === 'open' && other !== record
    })
  }

  #isOrdered(key: string | null): boolean {
    return key !== null && this.#settings.ordering === 'key'
  }
}
