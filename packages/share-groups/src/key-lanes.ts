import type { LaneKey } from './lane-key.ts'

/**
 * The unsettled records of each key of a partition, in their order. A lane of one record, as most are, is a number;
 * a longer one takes eight bytes a record. What is settled leaves its lane when it comes to the front.
 */
export class KeyLanes {
  readonly #lanes = new Map<LaneKey, number | OffsetQueue>()
  readonly #isSettled: (offset: number) => boolean

  constructor(isSettled: (offset: number) => boolean) {
    this.#isSettled = isSettled
  }

  /** Where it belongs in its lane: nearly always at the end. */
  add(lane: LaneKey, offset: number): void {
    const queue = this.#lanes.get(lane)
    if (queue === undefined) {
      this.#lanes.set(lane, offset)
    } else if (typeof queue === 'number') {
      if (queue === offset) return
      this.#lanes.set(lane, new OffsetQueue([Math.min(queue, offset), Math.max(queue, offset)]))
    } else {
      queue.add(offset)
    }
  }

  /** The first of the key that is not settled. */
  head(lane: LaneKey): number | undefined {
    const queue = this.#lanes.get(lane)
    if (queue === undefined) return undefined
    const head = typeof queue === 'number' ? this.#unsettled(queue) : this.#headOf(queue)
    if (head === undefined) this.#lanes.delete(lane)
    return head
  }

  /** Those behind `offset` that are not settled, in their order. */
  *behind(lane: LaneKey, offset: number): Generator<number> {
    const queue = this.#lanes.get(lane)
    if (queue === undefined || typeof queue === 'number') return
    for (const other of queue.after(offset)) if (!this.#isSettled(other)) yield other
  }

  /** The first of them. */
  next(lane: LaneKey, offset: number): number | undefined {
    for (const next of this.behind(lane, offset)) return next
    return undefined
  }

  #unsettled(offset: number): number | undefined {
    return this.#isSettled(offset) ? undefined : offset
  }

  #headOf(queue: OffsetQueue): number | undefined {
    let { first } = queue
    while (first !== undefined && this.#isSettled(first)) {
      queue.shift()
      first = queue.first
    }
    return first
  }
}

/** Ascending. */
class OffsetQueue {
  #items: number[]
  /** How many at the front have left. */
  #gone = 0

  constructor(items: number[]) {
    this.#items = items
  }

  get first(): number | undefined {
    return this.#items[this.#gone]
  }

  add(offset: number): void {
    const last = this.#items.at(-1)
    if (last !== undefined && last >= offset) this.#insert(offset)
    else this.#items.push(offset)
  }

  shift(): void {
    this.#gone++
    // Now and then, so that each is moved but once or twice.
    if (this.#gone < GONE_MAX || this.#gone * 2 < this.#items.length) return
    this.#items = this.#items.slice(this.#gone)
    this.#gone = 0
  }

  *after(offset: number): Generator<number> {
    for (let at = this.#placeOf(offset + 1); at < this.#items.length; at++) {
      const item = this.#items[at]
      if (item !== undefined) yield item
    }
  }

  #insert(offset: number): void {
    const at = this.#placeOf(offset)
    if (this.#items[at] !== offset) this.#items.splice(at, 0, offset)
  }

  /** Of the first that is not below `offset`. */
  #placeOf(offset: number): number {
    let low = this.#gone
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#items[middle] ?? offset) < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}

const GONE_MAX = 32
