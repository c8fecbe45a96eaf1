import type { DeadLetterCount } from '@millrace/model/broker'
import type { RecordContent } from '@millrace/model/record'

/** Where a record is now. It is on disk. */
export interface ProducedRecord {
  readonly partition: number
  readonly offset: number
  /**
   * Of the batch that it was sent in, so many records did not fit the schema of the topic, and went to another. Which
   * of them they are is not told: at the offset of such a one there is nothing. Left out: none.
   */
  readonly deadLetters?: readonly DeadLetterCount[]
}

/** A record on its way: what is to be sent, and the promise that its sender holds. */
export class PendingRecord {
  readonly content: RecordContent
  readonly partition: number | undefined
  /** No less than what it takes in a batch, in bytes. */
  readonly size: number
  /** About what it takes here until it is answered. */
  readonly heldBytes: number
  /** By `performance.now()`. */
  readonly queuedAtMs: number
  readonly promise: Promise<ProducedRecord>
  readonly #resolve: (produced: ProducedRecord) => void
  readonly #reject: (reason: unknown) => void
  readonly #onSettled: (record: PendingRecord) => void
  readonly #signal: AbortSignal | undefined
  #isSettled = false

  constructor(
    record: Pick<PendingRecord, 'content' | 'partition' | 'size' | 'queuedAtMs'>,
    signal: AbortSignal | undefined,
    onSettled: (record: PendingRecord) => void,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<ProducedRecord>()
    this.content = record.content
    this.partition = record.partition
    this.size = record.size
    this.heldBytes = record.size + HELD_BESIDE_BYTES
    this.queuedAtMs = record.queuedAtMs
    this.promise = promise
    this.#resolve = resolve
    this.#reject = reject
    this.#onSettled = onSettled
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort)
  }

  /** Its sender has had an answer, or has given up: it need not be sent, if it was not yet. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  resolve(produced: ProducedRecord): void {
    this.#settle()
    this.#resolve(produced)
  }

  reject(reason: unknown): void {
    this.#settle()
    this.#reject(reason)
  }

  readonly #abort = (): void => this.reject(this.#signal?.reason)

  #settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#onSettled(this)
  }
}

/** Promise, views and places in queues, for each record: for small ones most of what they take. */
const HELD_BESIDE_BYTES = 600
