/**
 * Values by offset, for offsets that mostly lie close together: a third of the memory of a `Map`, and no sudden
 * doubling of it. Iterated in blocks of 32, each in order; what is set or deleted meanwhile may or may not be seen.
 */
export class OffsetMap<Value> {
  readonly #blocks = new Map<number, Block<Value>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  has(offset: number): boolean {
    return this.get(offset) !== undefined
  }

  get(offset: number): Value | undefined {
    return this.#blocks.get(Math.floor(offset / BLOCK_OFFSETS))?.values[offset % BLOCK_OFFSETS]
  }

  set(offset: number, value: Value): void {
    const index = Math.floor(offset / BLOCK_OFFSETS)
    let block = this.#blocks.get(index)
    if (block === undefined) {
      block = { values: Array.from({ length: BLOCK_OFFSETS }, () => undefined), count: 0 }
      this.#blocks.set(index, block)
    }
    const at = offset % BLOCK_OFFSETS
    if (block.values[at] === undefined) {
      block.count++
      this.#size++
    }
    block.values[at] = value
  }

  delete(offset: number): boolean {
    const index = Math.floor(offset / BLOCK_OFFSETS)
    const block = this.#blocks.get(index)
    const at = offset % BLOCK_OFFSETS
    if (block?.values[at] === undefined) return false
    block.values[at] = undefined
    block.count--
    this.#size--
    if (block.count === 0) this.#blocks.delete(index)
    return true
  }

  *[Symbol.iterator](): Generator<readonly [number, Value]> {
    for (const [index, { values }] of this.#blocks) {
      for (const [at, value] of values.entries()) {
        if (value !== undefined) yield [index * BLOCK_OFFSETS + at, value]
      }
    }
  }

  *values(): Generator<Value> {
    for (const [, value] of this) yield value
  }

  *keys(): Generator<number> {
    for (const [offset] of this) yield offset
  }

  /** From `from` up to `to`, which may lie far apart. */
  *keysIn(from: number, to: number): Generator<number> {
    const isShort = to - from < this.#size
    for (const offset of isShort ? numbers(from, to) : this.keys()) {
      if (offset >= from && offset < to && this.has(offset)) yield offset
    }
  }
}

const BLOCK_OFFSETS = 32

function* numbers(from: number, to: number): Generator<number> {
  for (let number = from; number < to; number++) yield number
}

interface Block<Value> {
  readonly values: (Value | undefined)[]
  count: number
}
