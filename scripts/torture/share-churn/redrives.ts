import type { Redriven } from '@millrace/model/share-group'
import { BrokenPromise } from './call.ts'
import type { Ledger } from './ledger.ts'
import type { SharedRecord } from './shared-record.ts'

/** A call that was sent to have dead letters handed out again. */
export class SentRedrive {
  readonly #ledger: Ledger
  readonly #key: string | undefined
  /** Their copies, when it was sent. */
  readonly #letters = new Map<SharedRecord, number>()
  readonly #sure: number
  readonly #wereGone: ReadonlySet<SharedRecord>

  constructor(ledger: Ledger, key: string | undefined) {
    this.#ledger = ledger
    this.#key = key
    ledger.redrive = this
    const gone = new Set<SharedRecord>()
    let sure = 0
    for (const record of this.#asked()) {
      if (record.isCopyGone || record.mayHaveUnseenLetter) gone.add(record)
      if (record.letters > record.redriven.max) sure++
      this.#letters.set(record, record.letters)
      record.redriven.max = record.letters
    }
    this.#sure = sure
    this.#wereGone = gone
    for (const parked of this.#keys()) ledger.parked.delete(parked)
  }

  /** What was copied meanwhile is known by now. */
  answered({ redriven, gone, left }: Redriven): void {
    this.#ledger.redrive = undefined
    let most = 0
    for (const record of this.#asked()) {
      const before = this.#letters.get(record) ?? 0
      most += record.letters > before ? 2 : 1
      if (record.redriven.min >= before) continue
      record.redriven.min = before
      record.redrivenAtCall = this.#ledger.callCount
    }
    const sum = redriven + gone
    if (left > 0 || sum < this.#sure || sum > most + this.#wereGone.size) {
      throw new BrokenPromise(`${sum} were redriven, ${left} left, of ${this.#sure} to ${most}`)
    }
    if (gone > this.#wereGone.size) throw new BrokenPromise(`${gone} copies were gone`)
    const isMeanwhile = (record: SharedRecord) => {
      return record.letters > (this.#letters.get(record) ?? 0)
    }
    const { mayBeParked } = this.#ledger
    for (const key of this.#keys()) {
      const ofKey = this.#asked().filter((record) => record.key === key)
      if (!ofKey.some(isMeanwhile)) mayBeParked.delete(key)
    }
  }

  asksFor(record: SharedRecord): boolean {
    return this.#key === undefined || this.#ledger.laneOf(record) === this.#key
  }

  #asked(): readonly SharedRecord[] {
    const all = [...this.#ledger.records.values()]
    return all.filter((record) => {
      const hasCopy = record.letters > record.redriven.min || record.mayHaveUnseenLetter
      return this.asksFor(record) && (hasCopy || this.#letters.has(record))
    })
  }

  #keys(): readonly string[] {
    return this.#key === undefined ? [...this.#ledger.mayBeParked] : [this.#key]
  }
}
