import type { Acknowledged, AcquiredRecord } from '@millrace/model/share-group'
import { judgeAcknowledged, loseAll, sendAll } from './acknowledgements.ts'
import { BrokenPromise, type Call, type Said } from './call.ts'
import { cameAgain, endUnseen, isSurelyCurrent, type Neighbours } from './delivery-knowledge.ts'
import { GroupTerms } from './settings.ts'
import { type Delivery, SharedRecord } from './shared-record.ts'

/** What the answer to a call was, and when it came. */
export interface Answered {
  readonly acknowledged: readonly Acknowledged[]
  readonly records: readonly AcquiredRecord[]
  readonly nowMs: number
}

/**
 * What everybody together knows of a share group by the answers that they got, and what may then not happen. It knows
 * nothing of how the group does it.
 */
export class Ledger implements Neighbours {
  readonly terms: GroupTerms
  readonly records = new Map<string, SharedRecord>()
  /** In the order in which they were produced. */
  readonly #byKey = new Map<string, SharedRecord[]>()
  readonly #byCall = new Map<number, Delivery[]>()
  readonly #open = new Set<Call>()
  /** Surely, and perhaps. */
  readonly parked = new Set<string>()
  readonly mayBeParked = new Set<string>()
  /** Sent, and not answered yet. */
  redrive: { readonly asksFor: (record: SharedRecord) => boolean } | undefined
  /** All that were ever seen. */
  readonly deliveries: Delivery[] = []
  #calls = 0

  constructor(terms: GroupTerms) {
    this.terms = terms
  }

  get callCount(): number {
    return this.#calls
  }

  get openCount(): number {
    return this.#open.size
  }

  produced(value: string, place: { readonly partition: number; readonly offset: number }): void {
    if (this.records.has(value)) return
    const record = new SharedRecord(value, place)
    this.records.set(value, record)
    if (record.key === null) return
    const ofKey = this.#byKey.get(record.key)
    if (ofKey === undefined) this.#byKey.set(record.key, [record])
    else ofKey.push(record)
  }

  sent(
    consumer: string,
    said: readonly Said[],
    how: { readonly maxRecords: number | undefined; readonly nowMs: number },
  ): Call {
    const { changes } = this.terms
    const { maxRecords, nowMs: sentMs } = how
    const call = { number: ++this.#calls, consumer, said, maxRecords, sentMs, changes }
    this.#open.add(call)
    sendAll(said)
    return call
  }

  /** The deliveries that it came with. */
  answered(call: Call, { acknowledged, records, nowMs }: Answered): readonly Delivery[] {
    // One that comes after its broker was given up on says nothing.
    if (!this.#open.delete(call)) return []
    const at = { call, terms: this.terms, neighbours: this, nowMs }
    for (const [index, said] of call.said.entries())
      judgeAcknowledged(said, acknowledged[index], at)
    if (records.length > (call.maxRecords ?? 0)) throw new BrokenPromise('more came than was asked')
    const delivered: Delivery[] = []
    for (const got of records) delivered.push(this.#delivered(got, call, nowMs, delivered))
    return delivered
  }

  /** The process is another: what was not answered may have been done, and every lock begins anew. */
  restarted(crashedMs: number, openedMs: number): void {
    const open = [...this.records.values()].flatMap(({ last }) =>
      last === undefined ? [] : [last],
    )
    const sure = new Set(open.filter((one) => isSurelyCurrent(one, this, crashedMs)))
    for (const call of this.#open) this.#lose(call)
    for (const delivery of open) {
      if (delivery.end !== undefined) continue
      delivery.isInDoubt ||= !sure.has(delivery)
      delivery.lock = { min: openedMs + this.terms.lockMinMs, max: Infinity }
    }
    this.terms.changes++
  }

  laneOf({ key }: SharedRecord): string | null {
    return this.terms.isOrdered ? key : null
  }

  before({ record, call }: Delivery): readonly Delivery[] {
    return this.#sameLane(record, call).filter((other) => other.record.offset < record.offset)
  }

  behind({ record, call }: Delivery): readonly Delivery[] {
    return this.#sameLane(record, call).filter((other) => other.record.offset > record.offset)
  }

  /** Before a record of a key all of them must be settled. */
  earlierOf(record: SharedRecord): readonly SharedRecord[] {
    const lane = this.laneOf(record)
    const ofKey = lane === null ? [] : (this.#byKey.get(lane) ?? [])
    return ofKey.slice(0, ofKey.indexOf(record))
  }

  #sameLane(record: SharedRecord, call: number): readonly Delivery[] {
    const lane = this.laneOf(record)
    if (lane === null) return []
    return (this.#byCall.get(call) ?? []).filter((other) => {
      return other.record.key === lane && other.record.partition === record.partition
    })
  }

  #lose(call: Call): void {
    this.#open.delete(call)
    loseAll(call.said)
    if (call.maxRecords === undefined) return
    // It may have been handed out, and come back, and nobody saw it.
    for (const record of this.records.values()) {
      if (!record.isSurelySettled) record.failures.max++
    }
  }

  #delivered(
    got: AcquiredRecord,
    call: Call,
    nowMs: number,
    together: readonly Delivery[],
  ): Delivery {
    const record = this.#find(got)
    const what = `${record.value} came to ${call.consumer}`
    this.#expectFree(record, what, { call, nowMs })
    this.#expectItsTurn(record, what, { call, together, nowMs })
    if (record.last !== undefined) endUnseen(record.last, 'came-again', this, nowMs)
    this.#count(record, got.deliveryCount, call)
    cameAgain(record)
    record.redriven.min = record.letters
    const isKnown = call.changes === this.terms.changes
    const delivery: Delivery = {
      record,
      receipt: got.receipt,
      call: call.number,
      lock: { min: isKnown ? got.lockedUntil : 0, max: isKnown ? got.lockedUntil : Infinity },
      underWay: 0,
      isInDoubt: !isKnown,
      mayBeReturned: false,
      end: undefined,
      wasUnderWay: false,
    }
    record.last = delivery
    this.deliveries.push(delivery)
    const byCall = this.#byCall.get(call.number)
    if (byCall === undefined) this.#byCall.set(call.number, [delivery])
    else byCall.push(delivery)
    return delivery
  }

  #find({ record: { value, offset, key }, partition }: AcquiredRecord): SharedRecord {
    const text = Buffer.from(value ?? []).toString()
    const record = this.records.get(text)
    if (record === undefined) throw new BrokenPromise(`nobody produced ${text}`)
    const isSame = record.partition === partition && record.offset === offset
    const isItsKey = (key === null ? null : Buffer.from(key).toString()) === record.key
    if (!isSame || !isItsKey) throw new BrokenPromise(`${text} came as ${partition} ${offset}`)
    return record
  }

  /** Nobody has it, nobody settled it, and its time has come. */
  #expectFree(
    record: SharedRecord,
    what: string,
    { call, nowMs }: { readonly call: Call; readonly nowMs: number },
  ): void {
    if (record.isAccepted) throw new BrokenPromise(`${what}, which was accepted`)
    if (record.letters > record.redriven.max) throw new BrokenPromise(`${what}, a dead letter`)
    if (record.isRejected) throw new BrokenPromise(`${what}, which was rejected`)
    const isExpired = record.expired === 'surely' && record.letters === 0
    if (isExpired && call.number > record.expiredAtCall) throw new BrokenPromise(`${what}, expired`)
    if (nowMs < record.notBeforeMs) throw new BrokenPromise(`${what}, before its delay was over`)
    if (record.last !== undefined && isSurelyCurrent(record.last, this, nowMs)) {
      throw new BrokenPromise(`${what}, while another has it`)
    }
  }

  #expectItsTurn(
    record: SharedRecord,
    what: string,
    at: { readonly call: Call; readonly together: readonly Delivery[]; readonly nowMs: number },
  ): void {
    const { call, together, nowMs } = at
    const lane = this.laneOf(record)
    if (lane === null) return
    if (this.parked.has(lane)) throw new BrokenPromise(`${what}, and its key is parked`)
    const came = new Set(together.map((delivery) => delivery.record))
    for (const earlier of this.earlierOf(record)) {
      const isTogether = came.has(earlier) && earlier.partition === record.partition
      // An answer that was made before a redrive may come after that.
      const wasSettled = call.number <= earlier.redrivenAtCall
      if (isTogether || wasSettled || earlier.mayBeSettled(this.terms)) continue
      throw new BrokenPromise(`${what}, and ${earlier.value} before it is not settled`)
    }
    for (const later of this.#byKey.get(lane) ?? []) {
      if (later.partition !== record.partition || later.offset <= record.offset) continue
      if (later.last === undefined || !isSurelyCurrent(later.last, this, nowMs)) continue
      throw new BrokenPromise(`${what}, while another has ${later.value} of its key`)
    }
  }

  #count(record: SharedRecord, deliveryCount: number, call: Call): void {
    const { min, max } = record.failures
    const failures = deliveryCount - 1
    if (failures < min || failures > max) {
      const failed = min === max ? min : `${min} to ${max}`
      throw new BrokenPromise(`${record.value} came as delivery ${deliveryCount} after ${failed}`)
    }
    record.failures = { min: failures, max: failures }
    const isKnown = call.changes === this.terms.changes
    if (isKnown && deliveryCount > this.terms.deliveriesMax) {
      throw new BrokenPromise(`${record.value} came too often: ${deliveryCount} times`)
    }
  }

  /** What is before `offset` is no longer there. */
  trimmed(partition: number, offset: number, isAnswered: boolean): void {
    for (const record of this.records.values()) {
      if (record.partition !== partition || record.offset >= offset) continue
      if (record.letters > 0 || record.isAccepted || record.expired === 'surely') continue
      const mayBeSettled = record.mayBeSettled(this.terms) || record.mayBeGivenUp(this.terms)
      const isParked = record.key !== null && this.mayBeParked.has(record.key)
      record.expired = isAnswered && !mayBeSettled && !isParked ? 'surely' : 'perhaps'
      record.expiredAtCall = this.#calls
      if (record.expired === 'perhaps' || record.last?.end !== undefined) continue
      if (record.last === undefined) continue
      record.last.wasUnderWay = record.last.underWay > 0
      record.last.end = 'trimmed'
    }
  }
}
