import type { FetchedChunk } from './partition-fetch.ts'

export interface FeedOptions {
  /** Where each partition begins. */
  readonly offsets: ReadonlyMap<number, number>
  /** Where each partition ends for this reader, exclusive. None: it goes on waiting. */
  readonly ends?: ReadonlyMap<number, number>
  /** Fetches at a time. */
  readonly maxFetches: number
  /** Fetched and not yet taken; one more fetch of each partition may come on top. */
  readonly maxBufferedBytes: number
  /** How long a fetch may wait, when every partition can have one. */
  readonly waitMs: number
  readonly fetch: (
    partition: number,
    offset: number,
    waitMs: number,
    signal: AbortSignal,
  ) => Promise<FetchedChunk>
}

interface Partition {
  readonly index: number
  readonly end: number
  nextOffset: number
}

/**
 * What comes from several partitions, in the order in which it comes; each partition's chunks in order. While
 * one chunk is being read the next ones are fetched. A failure is thrown once; after it the feed goes on.
 */
export class PartitionFeed {
  readonly #options: FeedOptions
  readonly #stop = new AbortController()
  /** Waiting for their turn to be fetched. */
  readonly #idle = new Set<Partition>()
  readonly #known = new Set<number>()
  readonly #chunks = new Set<FetchedChunk>()
  readonly #failures = new Set<{ readonly reason: unknown }>()
  #bufferedBytes = 0
  #fetches = 0
  #change = Promise.withResolvers<void>()

  constructor(options: FeedOptions) {
    this.#options = options
    this.add(options.offsets)
  }

  /** Reads these partitions, too, unless it already does. */
  add(offsets: ReadonlyMap<number, number>): void {
    for (const [index, nextOffset] of offsets) {
      if (this.#known.has(index)) continue
      this.#known.add(index)
      const end = this.#options.ends === undefined ? Infinity : (this.#options.ends.get(index) ?? 0)
      if (nextOffset < end) this.#idle.add({ index, end, nextOffset })
    }
    this.#fill()
  }

  /** The next chunk, which has records; undefined at the end, if there is one, or after `close`. */
  async next(): Promise<FetchedChunk | undefined> {
    for (;;) {
      const [failure] = this.#failures
      if (failure !== undefined) {
        this.#failures.delete(failure)
        this.#fill()
        throw failure.reason
      }
      const [chunk] = this.#chunks
      if (chunk !== undefined) {
        this.#chunks.delete(chunk)
        this.#bufferedBytes -= chunk.bytes
        this.#fill()
        return chunk
      }
      this.#fill()
      if (this.#stop.signal.aborted || this.#fetches === 0) return undefined
      await this.#change.promise
    }
  }

  close(): void {
    this.#stop.abort()
    this.#idle.clear()
    this.#chunks.clear()
    this.#changed()
  }

  #fill(): void {
    for (const partition of this.#idle) {
      const hasRoom = this.#bufferedBytes < this.#options.maxBufferedBytes
      if (this.#fetches >= this.#options.maxFetches || !hasRoom) return
      // Those that failed wait until the failure has been seen.
      if (this.#failures.size > 0) return
      this.#idle.delete(partition)
      this.#fetches++
      void this.#fetch(partition)
    }
  }

  async #fetch(partition: Partition): Promise<void> {
    const { signal } = this.#stop
    try {
      const { index, nextOffset } = partition
      const chunk = await this.#options.fetch(index, nextOffset, this.#waitMs(), signal)
      if (!signal.aborted) this.#take(partition, chunk)
    } catch (reason) {
      if (!signal.aborted) {
        this.#failures.add({ reason })
        this.#idle.add(partition)
      }
    } finally {
      this.#fetches--
      this.#changed()
    }
  }

  /** With more partitions than fetches, nobody may keep a fetch to itself for long. */
  #waitMs(): number {
    if (this.#options.ends !== undefined) return 0
    const { waitMs, maxFetches } = this.#options
    return this.#known.size > maxFetches ? Math.min(waitMs, TURN_MS) : waitMs
  }

  #take(partition: Partition, chunk: FetchedChunk): void {
    const { end } = partition
    partition.nextOffset = chunk.nextOffset
    if (chunk.nextOffset < end) this.#idle.add(partition)
    const isPastEnd = chunk.nextOffset > end
    const records = isPastEnd ? chunk.records.filter(({ offset }) => offset < end) : chunk.records
    if (records.length === 0) return
    this.#chunks.add({ ...chunk, records })
    this.#bufferedBytes += chunk.bytes
  }

  #changed(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
    this.#fill()
  }
}

export const TURN_MS = 500
