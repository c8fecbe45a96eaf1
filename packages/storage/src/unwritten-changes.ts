import assert from 'node:assert/strict'
import type { LogPosition } from './index-table.ts'

/** Changes that go into one transaction, and up to where the log is applied with them. */
export interface UnwrittenChunk {
  /** Null: removed. */
  readonly changes: ReadonlyMap<string, Uint8Array | null>
  readonly position: LogPosition
}

/**
 * Changes of an indexed state that LMDB does not have yet, in chunks, so that no transaction takes long. What is
 * being written stays readable here until the transaction is through.
 *
 * Invariant: chunks follow each other as in the log; only the last one grows.
 */
export class UnwrittenChanges {
  readonly #chunks: { changes: Map<string, Uint8Array | null>; position: LogPosition }[] = []
  #isLastTaken = false

  /** Of all chunks: a key in two of them counts twice. */
  get size(): number {
    let size = 0
    for (const { changes } of this.#chunks) size += changes.size
    return size
  }

  /** All that a batch of the log changes; the log is applied up to `position` with it. */
  add(changes: Iterable<readonly [string, Uint8Array | null]>, position: LogPosition): void {
    let last = this.#chunks.at(-1)
    if (last === undefined || this.#isLastTaken || last.changes.size >= CHUNK) {
      last = { changes: new Map(), position }
      this.#chunks.push(last)
      this.#isLastTaken = false
    }
    for (const [key, value] of changes) last.changes.set(key, value)
    last.position = position
  }

  /** Undefined: nothing is known here, ask LMDB. */
  get(key: string): Uint8Array | null | undefined {
    for (let index = this.#chunks.length - 1; index >= 0; index--) {
      const value = this.#chunks[index]?.changes.get(key)
      if (value !== undefined) return value
    }
    return undefined
  }

  /** Sorted, each once: keys with `prefix`, past `after`. */
  keys(prefix: string, after: string): readonly string[] {
    const found = new Set<string>()
    for (const { changes } of this.#chunks) {
      for (const key of changes.keys()) if (key > after && key.startsWith(prefix)) found.add(key)
    }
    // Keys are ASCII, so that this order is that of their bytes, which is LMDB's.
    return [...found].sort()
  }

  /** The oldest chunk, to be written now. It changes no more; not written, it is taken again. */
  take(): UnwrittenChunk | undefined {
    const [oldest] = this.#chunks
    if (this.#chunks.length === 1) this.#isLastTaken = true
    return oldest
  }

  /** LMDB has the oldest chunk. */
  written(): void {
    assert(this.#chunks.length > 1 || this.#isLastTaken)
    this.#chunks.shift()
    if (this.#chunks.length === 0) this.#isLastTaken = false
  }
}

/** Some milliseconds of the event loop. */
const CHUNK = 2_048
