/**
 * Batches of several partitions, one fetch after the other, in rotation; at their ends it waits for all of them at
 * once, without polling. At most one fetch that finds something is under way, so a reader holds little
 * memory however many partitions it reads.
 */
import type { Broker, FetchedBatches } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'

export interface StreamRequest {
  readonly topic: string
  /** Where each partition begins. With `end`, where it ends; without, it is followed. */
  readonly partitions: readonly StreamPartition[]
  /** Of the next fetch. */
  readonly maxBytes: () => number
}

export interface StreamPartition {
  readonly partition: number
  readonly offset: Offset
  readonly end?: Offset
}

/** What one fetch brought; records before `offset` were not asked for, nor those from `end` on. */
export interface StreamStep extends StreamPartition {
  readonly fetched: FetchedBatches
}

/** Ends when every partition is at its end, or when `signal` says so. */
export async function* streamSteps(
  broker: Broker,
  request: StreamRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamStep, void, void> {
  const cursors = request.partitions.map((one) => ({ ...one }))
  using waits = new PartitionWaits(broker, request.topic, signal)
  while (!signal.aborted) {
    const next = await nextStep(broker, request, cursors, waits, signal)
    if (next === undefined) return
    const { cursor, step } = next
    yield step
    cursor.offset = step.fetched.nextOffset
    // To the back, so that a busy partition does not keep the others from being read.
    cursors.push(...cursors.splice(cursors.indexOf(cursor), 1))
  }
}

interface Cursor {
  readonly partition: number
  readonly end?: Offset
  offset: Offset
}

interface CursorStep {
  readonly cursor: Cursor
  readonly step: StreamStep
}

/** What a wait has brought; else what can be read now; else the first that comes. */
async function nextStep(
  broker: Broker,
  request: StreamRequest,
  cursors: readonly Cursor[],
  waits: PartitionWaits,
  signal: AbortSignal,
): Promise<CursorStep | undefined> {
  const ready = waits.take()
  if (ready !== undefined) return ready
  const more = cursors.find((one) => !waits.isWaiting(one) && hasMore(broker, request.topic, one))
  if (more !== undefined) return read(broker, request, more, signal)
  return waits.first(cursors.filter((one) => one.end === undefined))
}

function hasMore(broker: Broker, topic: string, cursor: Cursor): boolean {
  const { highWatermark } = broker.partitionState(topic, cursor.partition)
  return cursor.offset < Math.min(highWatermark, cursor.end ?? highWatermark)
}

async function read(
  broker: Broker,
  { topic, maxBytes }: StreamRequest,
  cursor: Cursor,
  signal: AbortSignal,
): Promise<CursorStep> {
  const { partition, offset } = cursor
  const fetched = await broker.fetch({
    topic,
    partition,
    offset,
    maxBytes: maxBytes(),
    minBytes: 0,
    waitMs: 0,
    signal,
  })
  if (fetched.nextOffset <= offset) {
    throw new Error(`A fetch of ${topic}-${partition} below its high watermark came back empty.`)
  }
  return { cursor, step: { ...cursor, fetched } }
}

/** Waiting fetches, one a partition, which stay while others are answered. */
class PartitionWaits {
  readonly #broker: Broker
  readonly #topic: string
  readonly #waiting = new Set<Cursor>()
  readonly #ready: (() => CursorStep)[] = []
  readonly #over = new AbortController()
  #wake: (() => void) | undefined
  readonly #signal: AbortSignal

  constructor(broker: Broker, topic: string, signal: AbortSignal) {
    this.#broker = broker
    this.#topic = topic
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort)
  }

  isWaiting(cursor: Cursor): boolean {
    return this.#waiting.has(cursor)
  }

  /** The first of `cursors` that has something; undefined when there are none, or the waiting is over. */
  async first(cursors: readonly Cursor[]): Promise<CursorStep | undefined> {
    if (cursors.length === 0) return undefined
    for (const cursor of cursors) if (!this.#waiting.has(cursor)) this.#wait(cursor)
    while (this.#ready.length === 0 && !this.#signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    return this.#signal.aborted ? undefined : this.take()
  }

  take(): CursorStep | undefined {
    return this.#ready.shift()?.()
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#over.abort()
  }

  readonly #onAbort = (): void => {
    this.#over.abort()
    this.#wake?.()
  }

  #wait(cursor: Cursor): void {
    const { partition, offset } = cursor
    this.#waiting.add(cursor)
    const settle = (result: () => CursorStep): void => {
      this.#waiting.delete(cursor)
      this.#ready.push(result)
      this.#wake?.()
    }
    this.#broker
      .fetch({
        topic: this.#topic,
        partition,
        offset,
        maxBytes: WAIT_MAX_BYTES,
        minBytes: 1,
        waitMs: WAIT_MS,
        signal: this.#over.signal,
      })
      .then(
        (fetched) => settle(() => ({ cursor, step: { ...cursor, fetched } })),
        (error: unknown) => settle(() => rethrow(error)),
      )
  }
}

function rethrow(error: unknown): never {
  throw error
}

/** All partitions of a stream may wake at once, and then hold this much each. */
const WAIT_MAX_BYTES = 64 * 1024
/** Then it waits anew. */
const WAIT_MS = 600_000
