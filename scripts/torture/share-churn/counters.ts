import type { ShareGroupDescription } from '@millrace/model/share-group'
import { BrokenPromise } from './call.ts'
import type { Ledger } from './ledger.ts'
import type { Bounds, SharedRecord } from './shared-record.ts'

interface Counted {
  readonly unsettledMax: number
  readonly lettersMin: number
}

/** What a group says of itself, and what its consumers know. */
export class Counters {
  readonly #ledger: Ledger
  readonly #starts = new Map<number, number>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Before the group is asked: what is settled meanwhile, is. */
  count(): (partition: number) => Counted {
    const all = [...this.#ledger.records.values()]
    return (partition) => {
      const here = all.filter((record) => record.partition === partition)
      const open = here.filter((record) => !record.isSurelySettled || record.expired === 'surely')
      return { unsettledMax: open.length, lettersMin: here.filter(hasLetter).length }
    }
  }

  expect(before: (partition: number) => Counted, { partitions }: ShareGroupDescription): void {
    const { terms, records } = this.#ledger
    for (const { partition, startOffset, unsettled, deadLetters } of partitions) {
      const here = [...records.values()].filter((record) => record.partition === partition)
      const open = here.filter((record) => !record.mayBeSettled(terms))
      expectWithin(`unsettled of ${partition}`, unsettled, {
        min: open.length,
        max: before(partition).unsettledMax,
      })
      expectWithin(`dead letters of ${partition}`, deadLetters, {
        min: before(partition).lettersMin - goneOf(here),
        max: here.filter(mayHaveLetter).length,
      })
      this.#expectStart(partition, startOffset, open)
    }
  }

  #expectStart(partition: number, start: number, open: readonly SharedRecord[]): void {
    const passed = open.find(({ offset, letters }) => offset < start && letters === 0)
    if (passed !== undefined) {
      throw new BrokenPromise(`lost: ${partition} starts at ${start}, behind ${passed.value}`)
    }
    const before = this.#starts.get(partition) ?? 0
    if (start < before)
      throw new BrokenPromise(`gone back: ${partition} from ${before} to ${start}`)
    this.#starts.set(partition, start)
  }

  /** Nobody works any more, and all was done. */
  expectEnd({ partitions }: ShareGroupDescription, grownFrom: number): void {
    const { terms, records } = this.#ledger
    for (const state of partitions) {
      const { partition, startOffset, highWatermark, unsettled, expired, unreadable } = state
      if (startOffset !== highWatermark || unsettled !== 0) {
        throw new BrokenPromise(`${partition} starts at ${startOffset}, ends at ${highWatermark}`)
      }
      if (unreadable !== 0) throw new BrokenPromise(`${partition}: ${unreadable} unreadable`)
      const here = [...records.values()].filter((record) => record.partition === partition)
      const surely = here.filter((record) => record.expired === 'surely' && record.letters === 0)
      const perhaps = here.filter((record) => record.expired !== 'no' || mayHaveGone(record))
      // A partition that came later, and that nobody was served from yet, begins where it begins.
      const min = partition < grownFrom ? surely.length : 0
      expectWithin(`expired of ${partition}`, expired, { min, max: perhaps.length })
    }
    for (const record of records.values()) {
      if (record.mayBeSettled(terms)) continue
      throw new BrokenPromise(`lost: nobody accepted ${record.value}, and nobody gave it up`)
    }
  }
}

function expectWithin(what: string, count: number, { min, max }: Bounds): void {
  if (count >= min && count <= max) return
  throw new BrokenPromise(`${what}: the group says ${count}, which should be ${min} to ${max}`)
}

function hasLetter({ letters, redriven }: SharedRecord): boolean {
  return letters > redriven.max
}

function mayHaveLetter({ letters, redriven, mayHaveUnseenLetter }: SharedRecord): boolean {
  return letters > redriven.min || mayHaveUnseenLetter
}

function mayHaveGone({ isCopyGone, mayHaveUnseenLetter }: SharedRecord): boolean {
  return isCopyGone || mayHaveUnseenLetter
}

function goneOf(records: readonly SharedRecord[]): number {
  return records.filter(mayHaveGone).length
}
