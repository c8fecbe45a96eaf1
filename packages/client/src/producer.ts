import { estimateRecordSize } from '@millrace/model/batch-split'
import { canCompress } from '@millrace/model/compression'
import { Partitioner } from '@millrace/model/partitioner'
import type { Codec } from '@millrace/model/record-batch'
import type { Connection } from './connection.ts'
import { orAborted } from './delay.ts'
import type { CallOptions } from './http.ts'
import { MillraceError } from './millrace-error.ts'
import { PartitionLane } from './partition-lane.ts'
import { PendingRecord, type ProducedRecord } from './pending-record.ts'
import { recordContentOf, type ProducerRecord } from './record-input.ts'
import { SequencedSender } from './sequenced-sender.ts'
import { TopicShapeCache, type TopicShape } from './topic-shape.ts'

export interface ProducerOptions {
  /** How long a record waits for others to go with it. 5 unless told otherwise; 0 sends at once. */
  readonly lingerMs?: number
  /** A batch that has so many bytes does not wait. 512 KiB, and never more than the topic's `maxMessageBytes`. */
  readonly batchBytes?: number
  /** Memory for records that wait for an answer: beyond it `ready` waits. 32 MiB unless told otherwise. */
  readonly maxBufferedBytes?: number
  /** How long after `send` a record may still be tried. 120,000 unless told otherwise. */
  readonly deliveryTimeoutMs?: number
  /** How often to see whether the topic has more partitions. 60,000 unless told otherwise. */
  readonly metadataMaxAgeMs?: number
  /** `none` unless told otherwise. Browsers have no other. */
  readonly compression?: Codec
}

/**
 * Sends records to one topic in batches, each record once: a batch is sent again until it is answered, and the
 * server knows a repeat. Records of one partition are appended in the order in which they were sent.
 */
export class Producer implements AsyncDisposable {
  readonly topic: string
  readonly #connection: Connection
  readonly #options: Required<ProducerOptions>
  readonly #shapes: TopicShapeCache
  readonly #partitioner = new Partitioner(Math.random)
  readonly #lanes = new Map<number, PartitionLane>()
  readonly #unanswered = new Set<PendingRecord>()
  /** Not in a lane yet: the topic is not known, or there is no room. */
  readonly #unrouted = new Set<PendingRecord>()
  readonly #abandon = new AbortController()
  #bufferedBytes = 0
  #room: PromiseWithResolvers<void> | undefined
  #isClosed = false
  #flushesUnderWay = 0

  constructor(connection: Connection, topic: string, options: ProducerOptions = {}) {
    this.topic = topic
    this.#options = { ...DEFAULTS, ...options }
    // What is asked before a record can be sent has as much time as the record.
    this.#connection = { ...connection, retryForMs: this.#options.deliveryTimeoutMs }
    if (!canCompress(this.#options.compression)) {
      throw new TypeError(`There is no ${this.#options.compression} compression here.`)
    }
    const { metadataMaxAgeMs } = this.#options
    const { signal } = this.#abandon
    this.#shapes = new TopicShapeCache(this.#connection, topic, metadataMaxAgeMs, signal)
  }

  /**
   * Resolves with the record's partition and offset once it is on disk. Need not be awaited before the next
   * call, but should be at some time: it rejects when the record could not be sent. A signal that aborts later
   * than the record left ends the waiting, not the record.
   */
  async send(record: ProducerRecord, { signal }: CallOptions = {}): Promise<ProducedRecord> {
    signal?.throwIfAborted()
    if (this.#isClosed) throw new MillraceError('CLOSED', `Nothing more goes to ${this.topic}.`)
    const content = recordContentOf(record, Date.now())
    const size = estimateRecordSize(content)
    const { partition } = record
    const pending = new PendingRecord(
      { content, partition, size, queuedAtMs: performance.now() },
      signal,
      (settled) => this.#unanswered.delete(settled),
    )
    this.#unanswered.add(pending)
    this.#unrouted.add(pending)
    this.#route()
    return pending.promise
  }

  /** Resolves when there is room for more. Who awaits it before each `send` never holds more than is allowed. */
  async ready({ signal }: CallOptions = {}): Promise<void> {
    while (!this.#hasRoom()) {
      this.#room ??= Promise.withResolvers()
      await orAborted(this.#room.promise, signal)
    }
  }

  /** Sends what is waiting without lingering. Resolves when each of those records has had its answer. */
  async flush({ signal }: CallOptions = {}): Promise<void> {
    const promises = [...this.#unanswered].map(({ promise }) => promise)
    this.#flushesUnderWay++
    try {
      this.#flushLanes()
      await orAborted(Promise.allSettled(promises), signal)
    } finally {
      this.#flushesUnderWay--
    }
  }

  /**
   * Flushes, and takes no more; without a server that takes `deliveryTimeoutMs`. When the signal aborts, what is
   * not yet answered is given up on.
   */
  async close({ signal }: CallOptions = {}): Promise<void> {
    this.#isClosed = true
    try {
      await this.flush({ signal })
    } catch (reason) {
      this.#giveUp(reason)
      throw reason
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #hasRoom(): boolean {
    return this.#unrouted.size === 0 && this.#bufferedBytes < this.#options.maxBufferedBytes
  }

  /** Gives records to lanes in the order of `send`, as far as the topic is known and there is room. */
  #route(): void {
    const { shape } = this.#shapes
    if (this.#unrouted.size > 0 && this.#shapes.isDue) this.#refreshShape()
    if (shape !== undefined) this.#routeInto(shape)
    if (this.#flushesUnderWay > 0) this.#flushLanes()
    if (!this.#hasRoom()) return
    this.#room?.resolve()
    this.#room = undefined
  }

  #routeInto({ partitionCount }: TopicShape): void {
    for (const record of this.#unrouted) {
      const isFull = this.#bufferedBytes + record.heldBytes > this.#options.maxBufferedBytes
      // One that is larger than all the room there is goes alone.
      if (isFull && this.#bufferedBytes > 0) return
      this.#unrouted.delete(record)
      if (record.isSettled) continue
      const { content, partition } = record
      const wanted = partition === undefined ? content : { key: content.key, partition }
      const index = this.#partitioner.partitionOf(wanted, record.size, partitionCount)
      this.#bufferedBytes += record.heldBytes
      this.#laneOf(index).add(record)
    }
  }

  #laneOf(partition: number): PartitionLane {
    const existing = this.#lanes.get(partition)
    if (existing !== undefined) return existing
    const { compression, lingerMs, deliveryTimeoutMs, batchBytes } = this.#options
    const sender = new SequencedSender(this.#connection, this.topic, partition, compression)
    const lane = new PartitionLane(sender, {
      partition,
      lingerMs,
      deliveryTimeoutMs,
      maxBatchBytes: () => Math.min(batchBytes, this.#shapes.shape?.maxMessageBytes ?? batchBytes),
      signal: this.#abandon.signal,
      onBatchTaken: () => this.#partitioner.endBatch(partition),
      onFailed: (reason) => {
        if (isAboutShape(reason)) this.#shapes.forget()
      },
      onReleased: (bytes) => {
        this.#bufferedBytes -= bytes
        this.#route()
      },
    })
    this.#lanes.set(partition, lane)
    return lane
  }

  #flushLanes(): void {
    for (const lane of this.#lanes.values()) lane.flush()
  }

  #refreshShape(): void {
    this.#shapes.refresh().then(
      () => this.#route(),
      (reason: unknown) => {
        // With an older description those who wait need not know.
        if (this.#shapes.shape === undefined) this.#rejectUnrouted(reason)
      },
    )
  }

  #rejectUnrouted(reason: unknown): void {
    const records = [...this.#unrouted]
    this.#unrouted.clear()
    for (const record of records) record.reject(reason)
    this.#route()
  }

  #giveUp(reason: unknown): void {
    this.#abandon.abort(reason)
    this.#rejectUnrouted(reason)
  }
}

/** The topic may have been made again with fewer partitions, or take only smaller batches now. */
function isAboutShape(reason: unknown): boolean {
  return (
    reason instanceof MillraceError &&
    (reason.code === 'UNKNOWN_TOPIC_OR_PARTITION' || reason.code === 'RECORD_TOO_LARGE')
  )
}

const KiB = 1024
const MiB = 1024 * KiB

const DEFAULTS = {
  lingerMs: 5,
  batchBytes: 512 * KiB,
  maxBufferedBytes: 32 * MiB,
  deliveryTimeoutMs: 120_000,
  metadataMaxAgeMs: 60_000,
  compression: 'none',
} as const satisfies Required<ProducerOptions>
