/**
 * Which offsets of a partition are settled: all below `start`, and, a bit each, some of those behind it. A million
 * offsets between a stuck record and the newest settled one take 125 KB.
 */
export class SettledOffsets {
  #start: number
  /** One past the last that is settled. */
  #end: number
  /** Of those at and behind `start`. */
  #count = 0
  readonly #chunks = new Map<number, Uint8Array>()

  constructor(start: number) {
    this.#start = start
    this.#end = start
  }

  /** The first offset that is not settled. */
  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  /** How many are settled behind `start`. */
  get count(): number {
    return this.#count
  }

  has(offset: number): boolean {
    if (offset < this.#start) return true
    if (offset >= this.#end) return false
    const chunk = this.#chunks.get(Math.floor(offset / CHUNK_OFFSETS))
    if (chunk === undefined) return false
    const at = offset % CHUNK_OFFSETS
    return ((chunk[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0
  }

  add(offset: number): void {
    if (this.has(offset)) return
    this.#set(offset)
    if (offset === this.#start) this.#advance()
  }

  /** From `from` up to `to`, which may lie far apart. */
  addRange(from: number, to: number): void {
    if (from <= this.#start) {
      this.raiseStart(to)
      return
    }
    for (let offset = from; offset < to; offset++) this.add(offset)
  }

  hasAll(from: number, to: number): boolean {
    if (to <= this.#start) return true
    if (to > this.#end) return false
    for (let offset = Math.max(from, this.#start); offset < to; offset++) {
      if (!this.has(offset)) return false
    }
    return true
  }

  /** Settles everything below `offset`. Answers with how many were not. */
  raiseStart(offset: number): number {
    if (offset <= this.#start) return 0
    let settled = 0
    for (let at = this.#start; at < Math.min(offset, this.#end); at++) if (this.has(at)) settled++
    const passed = offset - this.#start - settled
    for (const index of this.#chunks.keys()) {
      if ((index + 1) * CHUNK_OFFSETS <= offset) this.#chunks.delete(index)
    }
    this.#start = offset
    this.#end = Math.max(this.#end, offset)
    this.#count -= settled
    this.#advance()
    return passed
  }

  /** The bits from the byte on in which `start` lies. */
  encode(): Uint8Array {
    const first = Math.floor(this.#start / 8)
    const bytes = new Uint8Array(this.#count === 0 ? 0 : Math.ceil(this.#end / 8) - first)
    for (const [index, chunk] of this.#chunks) {
      const at = (index * CHUNK_OFFSETS) / 8 - first
      const kept = chunk.subarray(Math.max(0, -at), Math.max(0, bytes.length - at))
      bytes.set(kept, Math.max(0, at))
    }
    return bytes
  }

  static decode(start: number, bytes: Uint8Array): SettledOffsets {
    const offsets = new SettledOffsets(start)
    const first = Math.floor(start / 8) * 8
    for (const [index, byte] of bytes.entries()) {
      for (let bit = 0; bit < 8 && byte >>> bit > 0; bit++) {
        if (((byte >>> bit) & 1) === 1) offsets.add(first + index * 8 + bit)
      }
    }
    return offsets
  }

  #set(offset: number): void {
    const index = Math.floor(offset / CHUNK_OFFSETS)
    let chunk = this.#chunks.get(index)
    if (chunk === undefined) {
      chunk = new Uint8Array(CHUNK_OFFSETS / 8)
      this.#chunks.set(index, chunk)
    }
    const at = offset % CHUNK_OFFSETS
    chunk[at >>> 3] = (chunk[at >>> 3] ?? 0) | (1 << (at & 7))
    this.#count++
    this.#end = Math.max(this.#end, offset + 1)
  }

  /** Past all that are settled in one run. */
  #advance(): void {
    while (this.#count > 0 && this.has(this.#start)) {
      this.#start++
      this.#count--
      if (this.#start % CHUNK_OFFSETS === 0) {
        this.#chunks.delete(this.#start / CHUNK_OFFSETS - 1)
      }
    }
  }
}

const CHUNK_OFFSETS = 4096
