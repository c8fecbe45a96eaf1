/**
 * Which offsets of a partition are settled: all below `start`, and, a bit each, some of those behind it. A million
 * offsets between a stuck record and the newest settled one take 125 KB; a long gap takes next to nothing. What is
 * settled stays so: no bit is ever taken back.
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
    const chunk = this.#chunks.get(chunkOf(offset))
    if (chunk === undefined) return false
    const at = offset % CHUNK_OFFSETS
    return ((chunk[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0
  }

  add(offset: number): void {
    if (this.has(offset)) return
    this.#set(offset)
    this.#count++
    this.#end = Math.max(this.#end, offset + 1)
    if (offset === this.#start) this.#advance()
  }

  /** From `from` up to `to`, which may lie far apart. Answers with how many were not settled before. */
  addRange(from: number, to: number): number {
    if (from <= this.#start) return this.raiseStart(to)
    if (to <= from) return 0
    const added = to - from - this.#countIn(from, Math.min(to, this.#end))
    for (let at = from; at < to;) {
      const next = Math.min(to, endOfChunk(at))
      if (next - at === CHUNK_OFFSETS) this.#chunks.set(chunkOf(at), FULL)
      else for (let offset = at; offset < next; offset++) this.#set(offset)
      at = next
    }
    this.#count += added
    this.#end = Math.max(this.#end, to)
    return added
  }

  hasAll(from: number, to: number): boolean {
    const first = Math.max(from, this.#start)
    if (to <= first) return true
    return to <= this.#end && this.#countIn(first, to) === to - first
  }

  /** Settles everything below `offset`. Answers with how many were not. */
  raiseStart(offset: number): number {
    if (offset <= this.#start) return 0
    const settled = this.#countIn(this.#start, Math.min(offset, this.#end))
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
    const index = chunkOf(offset)
    let chunk = this.#chunks.get(index)
    if (chunk === undefined) {
      chunk = new Uint8Array(CHUNK_OFFSETS / 8)
      this.#chunks.set(index, chunk)
    }
    const at = offset % CHUNK_OFFSETS
    chunk[at >>> 3] = (chunk[at >>> 3] ?? 0) | (1 << (at & 7))
  }

  /** Of those at and behind `start`. */
  #countIn(from: number, to: number): number {
    let count = 0
    for (let at = from; at < to;) {
      const next = Math.min(to, endOfChunk(at))
      const chunk = this.#chunks.get(chunkOf(at))
      if (chunk === FULL) count += next - at
      else if (chunk !== undefined) count += onesIn(chunk, at % CHUNK_OFFSETS, next - at)
      at = next
    }
    return count
  }

  /** Past all that are settled in one run. */
  #advance(): void {
    while (this.#count > 0 && this.has(this.#start)) {
      const isWhole = this.#start % CHUNK_OFFSETS === 0
      const isFull = isWhole && this.#chunks.get(chunkOf(this.#start)) === FULL
      const passed = isFull ? CHUNK_OFFSETS : 1
      this.#start += passed
      this.#count -= passed
      if (this.#start % CHUNK_OFFSETS === 0) {
        this.#chunks.delete(this.#start / CHUNK_OFFSETS - 1)
      }
    }
  }
}

const CHUNK_OFFSETS = 4096
/** Stands for every chunk of a long gap. */
const FULL = new Uint8Array(CHUNK_OFFSETS / 8).fill(0xff)

function chunkOf(offset: number): number {
  return Math.floor(offset / CHUNK_OFFSETS)
}

function endOfChunk(offset: number): number {
  return (chunkOf(offset) + 1) * CHUNK_OFFSETS
}

/** How many of `length` bits are set. */
function onesIn(chunk: Uint8Array, from: number, length: number): number {
  let count = 0
  for (let at = from; at < from + length;) {
    const byte = chunk[at >>> 3] ?? 0
    const isWholeByte = (at & 7) === 0 && at + 8 <= from + length
    count += isWholeByte ? (ONES[byte] ?? 0) : (byte >>> (at & 7)) & 1
    at += isWholeByte ? 8 : 1
  }
  return count
}

/** By byte: how many of its bits are set. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  return byte.toString(2).replaceAll('0', '').length
})
