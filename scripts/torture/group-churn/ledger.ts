/** What all members of a group together have done, and what none of them may see. Throws when it is seen. */
export class Ledger {
  /** Of each partition: all records below this offset were processed by somebody. */
  readonly #processed = new Map<string, number>()
  readonly #committed = new Map<string, number>()
  #deliveries = 0

  get deliveries(): number {
    return this.#deliveries
  }

  processed(partition: string): number {
    return this.#processed.get(partition) ?? 0
  }

  /** Somebody got the records from `from` up to `to`, exclusive. */
  delivered(partition: string, from: number, to: number): void {
    const processed = this.processed(partition)
    if (from > processed) {
      throw new Error(
        `skipped: ${partition} came from ${from} on, and ${processed} was never processed`,
      )
    }
    this.#deliveries += to - from
  }

  done(partition: string, nextOffset: number): void {
    this.#processed.set(partition, Math.max(nextOffset, this.processed(partition)))
  }

  /** The group was told to begin there again; what is behind it counts as not processed. */
  moved(partition: string, offset: number): void {
    this.#processed.set(partition, offset)
    this.#committed.delete(partition)
  }

  /** It may have been moved there, or not. */
  mayHaveMoved(partition: string, offset: number): void {
    this.done(partition, offset)
    this.#committed.delete(partition)
  }

  committed(partition: string, offset: number): void {
    const before = this.#committed.get(partition) ?? 0
    if (offset < before) throw new Error(`gone back: ${partition} from ${before} to ${offset}`)
    this.#committed.set(partition, offset)
  }
}
