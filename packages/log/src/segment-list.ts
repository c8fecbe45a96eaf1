import assert from 'node:assert/strict'
import type { Offset } from '@millrace/model/offset'
import type { Segment } from './segment.ts'

/** The segments of one log on disk, by base offset. A segment that is let go is closed after its last reader. */
export class SegmentList {
  #segments: readonly Segment[]
  readonly #readers = new Map<Segment, number>()
  readonly #retired = new Set<Segment>()

  constructor(segments: readonly Segment[]) {
    this.#segments = segments
  }

  get count(): number {
    return this.#segments.length
  }

  get first(): Segment | undefined {
    return this.#segments[0]
  }

  get last(): Segment | undefined {
    return this.#segments.at(-1)
  }

  [Symbol.iterator](): Iterator<Segment> {
    return this.#segments[Symbol.iterator]()
  }

  add(segment: Segment): void {
    assert(this.last === undefined || segment.baseOffset > this.last.baseOffset)
    this.#segments = [...this.#segments, segment]
  }

  /** The segment that `offset` lies in: the last that begins at or before it. */
  floor(offset: Offset): Segment | undefined {
    return this.#segments[this.#indexAfter(offset) - 1]
  }

  /** The segment after the one that `offset` lies in. */
  after(offset: Offset): Segment | undefined {
    return this.#segments[this.#indexAfter(offset)]
  }

  /** From the one that `offset` lies in. */
  from(offset: Offset): readonly Segment[] {
    return this.#segments.slice(Math.max(this.#indexAfter(offset) - 1, 0))
  }

  /** Segments that end at or before `offset`, never the last. */
  wholeBelow(offset: Offset): readonly Segment[] {
    const count = Math.max(this.#indexAfter(offset) - 1, 0)
    return this.#segments.slice(0, count)
  }

  /** Keeps the segment open while `read` runs. */
  async reading<T>(segment: Segment, read: () => Promise<T>): Promise<T> {
    this.#readers.set(segment, (this.#readers.get(segment) ?? 0) + 1)
    try {
      return await read()
    } finally {
      const others = (this.#readers.get(segment) ?? 0) - 1
      if (others > 0) this.#readers.set(segment, others)
      else this.#readers.delete(segment)
      if (others === 0 && this.#retired.delete(segment)) await segment.close()
    }
  }

  /** Lets the segments go: no new reader finds them. */
  async retire(segments: readonly Segment[]): Promise<void> {
    const leaving = new Set(segments)
    this.#segments = this.#segments.filter((segment) => !leaving.has(segment))
    for (const segment of segments) {
      if (this.#readers.has(segment)) this.#retired.add(segment)
      else await segment.close()
    }
  }

  /** How many segments begin at or before `offset`. */
  #indexAfter(offset: Offset): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const segment = this.#segments[middle]
      assert(segment !== undefined)
      if (segment.baseOffset <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
