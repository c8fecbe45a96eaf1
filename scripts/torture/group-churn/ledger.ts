/** What all members of a group together have done, and what none of them may see. Throws when it is seen. */
export class Ledger {
  /** Of each partition: all records below this offset were processed by somebody. */
  readonly #processed = new Map<string, number>()
  readonly #committed = new Map<string, number>()
  /** Of each key, in the order in which they were produced: where its acknowledged records are. */
  readonly #places = new Map<string, { number: number; partition: string; offset: number }[]>()
  #values = 0
  #deliveries = 0

  get deliveries(): number {
    return this.#deliveries
  }

  processed(partition: string): number {
    return this.#processed.get(partition) ?? 0
  }

  /** Of a record to produce: its key, and a number that rises. */
  nextValue(key: string): string {
    return `${key} ${this.#values++}`
  }

  produced(value: string, partition: string, offset: number): void {
    const { key, number } = parse(value)
    const places = this.#places.get(key) ?? []
    places.push({ number, partition, offset })
    this.#places.set(key, places)
  }

  /** What a key had before in other partitions has been processed: the topic may have grown in between. */
  expectInOrder(value: string): void {
    const { key, number } = parse(value)
    const places = this.#places.get(key) ?? []
    const own = places.find((place) => place.number === number)
    for (const place of places) {
      if (place.number >= number || own === undefined || place.partition === own.partition) continue
      if (place.offset < this.processed(place.partition)) continue
      throw new Error(`out of order: ${value} came, and ${key} ${place.number} was not processed`)
    }
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

function parse(value: string): { readonly key: string; readonly number: number } {
  const [key = '', number = ''] = value.split(' ')
  return { key, number: Number(number) }
}
