import type { OffsetRange, ProducedRecords } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'

/** What was appended so far, partition by partition; what follows on in one becomes one range. */
export class AppendedRanges {
  readonly #ranges: GrowingRange[] = []
  readonly #lastOf = new Map<number, GrowingRange>()

  get ranges(): readonly OffsetRange[] {
    return this.#ranges
  }

  add({ records, letters }: Pick<ProducedRecords, 'records' | 'letters'>): void {
    for (const [index, { partition, offset }] of records.entries()) {
      if (letters?.has(index) === true) continue
      const last = this.#lastOf.get(partition)
      if (last !== undefined && last.lastOffset + 1 === offset) {
        last.lastOffset = offset
      } else {
        const range = { partition, baseOffset: offset, lastOffset: offset }
        this.#ranges.push(range)
        this.#lastOf.set(partition, range)
      }
    }
  }

  /** Others that write to the same partitions break the ranges up; the answer must stay of a bearable size. */
  expectRoom(): void {
    if (this.#ranges.length < RANGES_MAX) return
    throw new LogError(
      'BODY_TOO_LARGE',
      `What was appended lies in ${RANGES_MAX} ranges, and an answer holds no more; send the rest anew.`,
    )
  }
}

type GrowingRange = { -readonly [Field in keyof OffsetRange]: OffsetRange[Field] }

const RANGES_MAX = 100_000
