import type { Contents, Operation } from './history.ts'

/** What became of a record, as far as the last look at the whole of its log tells. */
export type Fate = 'there' | 'trimmed' | 'gone' | 'not looked for'

/** The last `contents` of each log, with the trims that go before. */
export class LastLooks {
  readonly #looks = new Map<string, Look>()
  readonly #removedAt = new Map<string, number>()
  readonly #offsets = new Map<string, number>()

  constructor(history: readonly Operation[]) {
    for (const operation of history) {
      if (operation.kind === 'contents') this.#look(operation)
      if (operation.kind === 'contents' || operation.kind === 'poll') {
        for (const { offset, value } of operation.records) this.#offsets.set(value, offset)
      }
    }
    for (const operation of history) {
      if (operation.kind !== 'trim' || operation.answer === 'refused') continue
      const { log, offset, began, ended } = operation
      if (offset === Infinity) this.#removedAt.set(log, ended)
      const look = this.#looks.get(log)
      if (look !== undefined && began < look.ended) look.trimmed = Math.max(look.trimmed, offset)
    }
  }

  /** `offset`: as it was acknowledged. `told`: when somebody was told of it; looks from then on count. */
  fateOf(
    record: { readonly log: string; readonly value: string; readonly offset?: number },
    told: number,
  ): Fate {
    const look = this.#looks.get(record.log)
    if (look?.values.has(record.value) === true) return 'there'
    const removedAt = this.#removedAt.get(record.log)
    if (removedAt !== undefined && (look === undefined || look.began <= removedAt)) return 'trimmed'
    if (look === undefined || look.began <= told) return 'not looked for'
    const start = Math.min(look.logStartOffset, look.trimmed)
    const offset = record.offset ?? this.#offsets.get(record.value)
    // Without an answer nobody knows where it was: what is trimmed may have had it.
    if (offset === undefined) return start > 0 ? 'trimmed' : 'gone'
    return offset < start ? 'trimmed' : 'gone'
  }

  /** The highest offset that the last look shows; -1: none. */
  highestOf(log: string): number {
    return this.#looks.get(log)?.highest ?? -1
  }

  #look({ log, logStartOffset, records, began, ended }: Contents): void {
    const before = this.#looks.get(log)
    if (before !== undefined && before.began > began) return
    const values = new Set(records.map(({ value }) => value))
    const highest = records.at(-1)?.offset ?? -1
    this.#looks.set(log, { began, ended, logStartOffset, values, highest, trimmed: 0 })
  }
}

interface Look {
  readonly began: number
  readonly ended: number
  readonly logStartOffset: number
  readonly values: ReadonlySet<string>
  readonly highest: number
  /** As far as anybody asked for by then. */
  trimmed: number
}
