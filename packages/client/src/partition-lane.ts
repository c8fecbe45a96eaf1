import { BATCH_HEADER_SIZE } from '@millrace/model/record-batch'
import { MillraceError } from './millrace-error.ts'
import type { PendingRecord } from './pending-record.ts'
import type { SequencedSender } from './sequenced-sender.ts'

export interface LaneOptions {
  readonly partition: number
  readonly lingerMs: number
  readonly deliveryTimeoutMs: number
  /** Of a batch, as the topic stands now. */
  readonly maxBatchBytes: () => number
  /** Gives up on everything. */
  readonly signal: AbortSignal
  /** A batch has been taken from the lane: keyless records should go elsewhere. */
  readonly onBatchTaken: () => void
  readonly onFailed: (reason: unknown) => void
  /** These bytes are no longer held. */
  readonly onReleased: (bytes: number) => void
}

/**
 * The records for one partition, in order: they wait until there are enough of them or the first has
 * lingered, and leave as one batch. One batch at a time is on its way, so that no retry can overtake.
 */
export class PartitionLane {
  readonly #sender: SequencedSender
  readonly #options: LaneOptions
  readonly #queue = new Set<PendingRecord>()
  #queuedBytes = 0
  #isSending = false
  #isFlushing = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(sender: SequencedSender, options: LaneOptions) {
    this.#sender = sender
    this.#options = options
  }

  add(record: PendingRecord): void {
    this.#queue.add(record)
    this.#queuedBytes += record.size
    this.#schedule()
  }

  /** What is here now leaves without lingering. */
  flush(): void {
    this.#isFlushing = this.#queue.size > 0
    this.#schedule()
  }

  #schedule(): void {
    const [first] = this.#queue
    if (first === undefined) this.#isFlushing = false
    if (this.#isSending || first === undefined) return
    const isDue = this.#isFlushing || this.#queuedBytes >= this.#options.maxBatchBytes()
    const lingerUntilMs = first.queuedAtMs + this.#options.lingerMs
    const delayMs = isDue ? 0 : lingerUntilMs - performance.now()
    if (delayMs > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined
        this.#schedule()
      }, Math.ceil(delayMs))
      return
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isSending = true
    // Not at once: what the caller sends in the same breath goes along.
    queueMicrotask(() => void this.#sendBatch())
  }

  async #sendBatch(): Promise<void> {
    const { batch, heldBytes } = this.#takeBatch()
    const [first] = batch
    if (first !== undefined) {
      this.#options.onBatchTaken()
      const { signal, deliveryTimeoutMs, partition } = this.#options
      const delivery = { signal, deadlineMs: first.queuedAtMs + deliveryTimeoutMs }
      try {
        const contents = batch.map(({ content }) => content)
        const { baseOffset, ...letters } = await this.#sender.send(contents, delivery)
        for (const [index, record] of batch.entries()) {
          record.resolve({ partition, offset: baseOffset + index, ...letters })
        }
      } catch (error) {
        this.#options.onFailed(error)
        for (const record of batch) record.reject(error)
      }
    }
    this.#isSending = false
    this.#options.onReleased(heldBytes)
    this.#schedule()
  }

  /** `heldBytes` counts those that were given up on, too. */
  #takeBatch(): { readonly batch: readonly PendingRecord[]; readonly heldBytes: number } {
    const limit = this.#options.maxBatchBytes() - BATCH_HEADER_SIZE
    const expired = performance.now() - this.#options.deliveryTimeoutMs
    const batch: PendingRecord[] = []
    let batchBytes = 0
    let heldBytes = 0
    for (const record of this.#queue) {
      if (batch.length > 0 && batchBytes + record.size > limit) break
      this.#queue.delete(record)
      this.#queuedBytes -= record.size
      heldBytes += record.heldBytes
      if (record.queuedAtMs <= expired) record.reject(timedOut(this.#options.deliveryTimeoutMs))
      if (record.isSettled) continue
      batch.push(record)
      batchBytes += record.size
    }
    return { batch, heldBytes }
  }
}

function timedOut(deliveryTimeoutMs: number): MillraceError {
  const detail = `It waited for ${deliveryTimeoutMs} ms behind others that were not answered.`
  return new MillraceError('TIMED_OUT', detail)
}
