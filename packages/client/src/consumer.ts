import type { LogRecord } from '@millrace/model/record'
import type { Connection } from './connection.ts'
import type { ConsumedRecord } from './consumed-record.ts'
import { orAborted } from './delay.ts'
import type { CallOptions } from './http.ts'
import { createOffsets } from './offsets.ts'
import { PartitionFeed } from './partition-feed.ts'
import { fetchPartition, type FetchedChunk } from './partition-fetch.ts'
import { pastGap, type SkippedRange } from './skipped-range.ts'
import { type ConsumerStart, startOffsets, wantedPartitions } from './start-offsets.ts'
import { createTopics } from './topics.ts'

export interface ConsumerOptions extends CallOptions {
  /** Begins where the group's committed offsets are, and commits for it. */
  readonly group?: string
  /** All of the topic when not said, also those that are added later. */
  readonly partitions?: readonly number[]
  /** Only records with this key: the server leaves out the others. They are processed with the next that comes. */
  readonly key?: string
  /** Where nothing is committed. `earliest` unless told otherwise. */
  readonly start?: ConsumerStart
  /** False ends the loop at what was readable when it began. True unless told otherwise. */
  readonly follow?: boolean
  /** Commits when all that was fetched is processed, before it waits for more, and at `close`. */
  readonly autoCommit?: boolean
  /** Of one fetch, in stored bytes. 1 MiB unless told otherwise. */
  readonly maxBytes?: number
  /** Fetched ahead of the loop. 16 MiB unless told otherwise. */
  readonly maxBufferedBytes?: number
  /** How long a fetch waits at the end of a partition. 30,000 unless told otherwise. */
  readonly waitMs?: number
  /** How often to see whether the topic has more partitions. 60,000 unless told otherwise. */
  readonly metadataMaxAgeMs?: number
  /**
   * Called when records are gone or damaged that should have come next, and the reader goes on behind them.
   * Without it the loop ends with OFFSET_OUT_OF_RANGE or CORRUPT_SEGMENT: nothing is skipped in silence.
   */
  readonly onSkip?: (skipped: SkippedRange) => void
}

export interface CommitOptions extends CallOptions {
  /** This one is processed, too, though its turn of the loop has not ended. */
  readonly through?: Pick<ConsumedRecord, 'partition' | 'offset'>
}

/**
 * The records of one topic, as an async iterator; those of a partition in their order.
 *
 *     for await (const record of consumer) {
 *       await handle(record)
 *       if (isTimeToCommit()) await consumer.commit()
 *     }
 *
 * A turn of the loop that ends has processed its record; one that is left by `break`, `return` or an exception
 * has not, and its record comes first when the loop is entered again. What was committed is not read again by
 * the next consumer of the group; what was processed and not committed is.
 */
export class Consumer implements AsyncDisposable {
  readonly topic: string
  readonly #connection: Connection
  readonly #options: ConsumerOptions
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  /** The next offset to process, by partition. */
  readonly #positions = new Map<number, number>()
  readonly #committed = new Map<number, number>()
  /** One commit at a time: an earlier one that arrives later would take the group back. */
  #committing: Promise<void> = Promise.resolve()
  #feed: Promise<PartitionFeed> | undefined
  #chunk: FetchedChunk | undefined
  /** Of the record in the chunk that the next turn gets. */
  #index = 0
  /** The record of the turn under way. */
  #current: ConsumedRecord | undefined
  #lookAgainAtMs = 0

  constructor(connection: Connection, topic: string, options: ConsumerOptions = {}) {
    if (options.autoCommit === true && options.group === undefined) {
      throw new TypeError('autoCommit needs a group to commit for.')
    }
    this.topic = topic
    this.#connection = connection
    this.#options = options
    const { signal } = this.#stop
    this.#signal = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal])
  }

  /** Finds out where to begin, as the loop does by itself: what is produced from now on is after `latest`. */
  async open({ signal }: CallOptions = {}): Promise<void> {
    await orAborted(this.#opened(), signal)
  }

  /** The next offset that will be processed, by partition; those to be committed. Empty before `open`. */
  positions(): ReadonlyMap<number, number> {
    return new Map(this.#positions)
  }

  /** Commits for the group where it stands in each partition; on disk when it resolves. */
  async commit({ through, signal }: CommitOptions = {}): Promise<void> {
    const { group } = this.#options
    if (group === undefined) throw new TypeError('There is no group to commit for.')
    if (through !== undefined) this.#processed(through)
    const positions = this.positions()
    const committing = this.#committing.then(async () => this.#commit(group, positions, signal))
    this.#committing = committing.catch(() => undefined)
    await orAborted(committing, signal)
  }

  async #commit(
    group: string,
    positions: ReadonlyMap<number, number>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const commits = [...positions]
      .filter(([partition, offset]) => this.#committed.get(partition) !== offset)
      .map(([partition, offset]) => ({ topic: this.topic, partition, offset }))
    if (commits.length === 0) return
    await createOffsets(this.#connection).commit(group, commits, { signal })
    for (const { partition, offset } of commits) this.#committed.set(partition, offset)
  }

  /** Ends the loop and lets go of what is fetched. With `autoCommit`, commits first. */
  async close({ signal }: CallOptions = {}): Promise<void> {
    this.#stop.abort(new DOMException('The consumer is closed.', 'AbortError'))
    this.#chunk = undefined
    if (this.#options.autoCommit === true) await this.commit({ signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<ConsumedRecord, undefined> {
    return {
      next: async () => this.#nextTurn(),
      return: async () => this.#leave(),
    }
  }

  async #nextTurn(): Promise<IteratorResult<ConsumedRecord, undefined>> {
    if (this.#current !== undefined) this.#processed(this.#current)
    this.#current = undefined
    for (;;) {
      if (this.#stop.signal.aborted) return { done: true, value: undefined }
      this.#signal.throwIfAborted()
      const record = this.#chunk?.records[this.#index]
      if (this.#chunk !== undefined && record !== undefined) {
        this.#index++
        this.#current = consumed(this.topic, this.#chunk.partition, record)
        return { done: false, value: this.#current }
      }
      this.#chunk = undefined
      const chunk = await this.#nextChunk()
      if (chunk === undefined) return { done: true, value: undefined }
      this.#chunk = chunk
      this.#index = 0
    }
  }

  /** Left half-way: the record of this turn comes again, unless it was committed. */
  #leave(): IteratorReturnResult<undefined> {
    const current = this.#current
    this.#current = undefined
    if (current !== undefined && this.#positions.get(current.partition) !== current.offset + 1) {
      this.#index--
    }
    return { done: true, value: undefined }
  }

  #processed({ partition, offset }: Pick<ConsumedRecord, 'partition' | 'offset'>): void {
    this.#positions.set(partition, Math.max(offset + 1, this.#positions.get(partition) ?? 0))
  }

  async #nextChunk(): Promise<FetchedChunk | undefined> {
    try {
      if (this.#options.autoCommit === true) await this.commit({ signal: this.#signal })
      const feed = await this.#opened()
      const chunk = await orAborted(feed.next(), this.#signal)
      this.#signal.throwIfAborted()
      return chunk
    } catch (error) {
      // Closed while it waited: the loop ends, and that is all.
      if (this.#stop.signal.aborted) return undefined
      throw error
    }
  }

  async #opened(): Promise<PartitionFeed> {
    this.#feed ??= this.#open()
    try {
      return await this.#feed
    } catch (error) {
      this.#feed = undefined
      throw error
    }
  }

  async #open(): Promise<PartitionFeed> {
    const { follow = true, partitions, start = 'earliest' } = this.#options
    const description = await this.#describe()
    const wanted = wantedPartitions(description, partitions)
    const offsets = await this.#offsetsOf(wanted, start)
    const ends = new Map(wanted.map(({ partition, highWatermark }) => [partition, highWatermark]))
    this.#hasLooked()
    this.#signal.throwIfAborted()
    const feed = new PartitionFeed({
      offsets,
      ...(follow ? {} : { ends }),
      maxFetches: MAX_FETCHES,
      maxBufferedBytes: this.#options.maxBufferedBytes ?? MAX_BUFFERED_BYTES,
      waitMs: this.#options.waitMs ?? WAIT_MS,
      fetch: async (partition, offset, waitMs, signal) => {
        const chunk = await this.#fetch(partition, offset, waitMs, signal)
        await this.#lookForPartitions()
        return chunk
      },
    })
    this.#signal.addEventListener('abort', () => feed.close())
    return feed
  }

  async #fetch(
    partition: number,
    offset: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<FetchedChunk> {
    const { key, maxBytes = MAX_BYTES, onSkip } = this.#options
    const fetch = { topic: this.topic, partition, key, maxBytes, waitMs, signal }
    try {
      return await fetchPartition(this.#connection, { ...fetch, offset })
    } catch (error) {
      const skipped = pastGap(error, partition, offset)
      if (skipped === undefined || onSkip === undefined) throw error
      onSkip(skipped)
      return { partition, records: [], bytes: 0, nextOffset: skipped.to }
    }
  }

  /** Partitions that were added since are read from their first record. */
  async #lookForPartitions(): Promise<void> {
    const { partitions, follow = true } = this.#options
    if (partitions !== undefined || !follow || performance.now() < this.#lookAgainAtMs) return
    this.#hasLooked()
    const { partitions: all } = await this.#describe()
    const added = all.filter(({ partition }) => !this.#positions.has(partition))
    if (added.length === 0) return
    const offsets = await this.#offsetsOf(added, 'earliest')
    const feed = await this.#feed
    feed?.add(offsets)
  }

  #hasLooked(): void {
    this.#lookAgainAtMs =
      performance.now() + (this.#options.metadataMaxAgeMs ?? METADATA_MAX_AGE_MS)
  }

  async #describe() {
    return createTopics(this.#connection).describe(this.topic, { signal: this.#signal })
  }

  async #offsetsOf(
    partitions: Parameters<typeof startOffsets>[1],
    start: ConsumerStart,
  ): Promise<ReadonlyMap<number, number>> {
    const { group } = this.#options
    const at = { topic: this.topic, group, start, signal: this.#signal }
    const { offsets, committed } = await startOffsets(this.#connection, partitions, at)
    for (const [partition, offset] of offsets) this.#positions.set(partition, offset)
    for (const [partition, offset] of committed) this.#committed.set(partition, offset)
    return offsets
  }
}

function consumed(topic: string, partition: number, record: LogRecord): ConsumedRecord {
  const { offset, timestamp, key, value, headers } = record
  return { topic, partition, offset, timestamp, key, value, headers }
}

const MiB = 1024 * 1024
const MAX_BYTES = 1 * MiB
const MAX_BUFFERED_BYTES = 16 * MiB
const WAIT_MS = 30_000
const METADATA_MAX_AGE_MS = 60_000
/** A browser opens six connections to a server: some must be left for commits and the rest of the page. */
const MAX_FETCHES = 'document' in globalThis || 'WorkerGlobalScope' in globalThis ? 4 : 64
