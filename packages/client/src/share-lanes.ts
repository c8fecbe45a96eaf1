/**
 * Which of the records that a consumer holds may be handled now.
 *
 * Invariants
 *   - of a lane, no more than one is being handled, and they begin in the order in which they were added;
 *   - one that is added is begun, or taken out, and never both.
 */
export class ShareLanes<Item extends Laned> {
  /** Not begun, by lane, in order. A lane without any is not kept. */
  readonly #waiting = new Map<string, Item[]>()
  readonly #running = new Map<string, Item>()
  /** Lanes of which the first that waits may begin, in the order in which that came to be. */
  readonly #startable = new Set<string>()
  #waitingCount = 0

  get runningCount(): number {
    return this.#running.size
  }

  get heldCount(): number {
    return this.#running.size + this.#waitingCount
  }

  /** Begun or not, in no order that means anything. */
  *held(): Generator<Item, void, undefined> {
    yield* this.#running.values()
    for (const items of this.#waiting.values()) yield* items
  }

  running(): Iterable<Item> {
    return this.#running.values()
  }

  runningIn(lane: string): Item | undefined {
    return this.#running.get(lane)
  }

  add(item: Item): void {
    const { lane } = item
    const items = this.#waiting.get(lane)
    if (items === undefined) this.#waiting.set(lane, [item])
    else items.push(item)
    this.#waitingCount++
    if (!this.#running.has(lane)) this.#startable.add(lane)
  }

  /** One that is being handled from now on; undefined when none may be. */
  begin(): Item | undefined {
    const [lane] = this.#startable
    if (lane === undefined) return undefined
    this.#startable.delete(lane)
    const items = this.#waiting.get(lane)
    const item = items?.shift()
    if (items === undefined || item === undefined) return undefined
    if (items.length === 0) this.#waiting.delete(lane)
    this.#waitingCount--
    this.#running.set(lane, item)
    return item
  }

  /** It is handled: the next of its lane may begin. */
  end(item: Item): void {
    this.#running.delete(item.lane)
    if (this.#waiting.has(item.lane)) this.#startable.add(item.lane)
  }

  /** Takes out what came with it, in its lane, and is not begun: in order. */
  takeBehind({ lane, call }: Laned): readonly Item[] {
    const items = this.#waiting.get(lane) ?? []
    const taken = items.filter((item) => item.call === call)
    if (taken.length === 0) return taken
    const kept = items.filter((item) => item.call !== call)
    this.#waitingCount -= taken.length
    if (kept.length > 0) {
      this.#waiting.set(lane, kept)
    } else {
      this.#waiting.delete(lane)
      this.#startable.delete(lane)
    }
    return taken
  }

  /** Takes out all that is not begun, each lane in order. */
  takeAll(): readonly Item[] {
    const taken = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    this.#startable.clear()
    this.#waitingCount = 0
    return taken
  }
}

export interface Laned {
  readonly lane: string
  /** Told by identity: those of one call were handed out together. */
  readonly call: object
}
