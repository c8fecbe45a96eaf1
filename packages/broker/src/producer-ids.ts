import type { Clock } from '@millrace/disk/clock'
import type { IndexedState } from '@millrace/storage/indexed-state'
import type { Storage } from '@millrace/storage/storage'
import { OneAtATime } from '@millrace/storage/one-at-a-time'
import { textRecord } from '@millrace/storage/state-text'
import { decodeProducerIds, encodeProducerIds, PRODUCER_IDS_KEY } from './topic-record.ts'

/**
 * Producer ids, never given twice, nor one that a producer of batches brought in has. A block of them is on disk as
 * given before the first of it is; what a restart leaves of a block is not used.
 */
export class ProducerIds {
  readonly #storage: Pick<Storage, 'highestProducerId'>
  readonly #state: IndexedState
  readonly #clock: Clock
  readonly #taking = new OneAtATime()
  #next = 0
  #blockEnd = 0

  constructor(storage: Pick<Storage, 'highestProducerId'>, state: IndexedState, clock: Clock) {
    this.#storage = storage
    this.#state = state
    this.#clock = clock
  }

  async allocate(): Promise<number> {
    while (this.#next === this.#blockEnd) await this.#taking.run(() => this.#takeBlock())
    return this.#next++
  }

  async #takeBlock(): Promise<void> {
    // Someone who waited here before us has taken one.
    if (this.#next < this.#blockEnd) return
    const stored = this.#state.get(PRODUCER_IDS_KEY)
    const next = stored === undefined ? 0 : decodeProducerIds(stored)
    const first = Math.max(next, this.#storage.highestProducerId + 1)
    const value = encodeProducerIds(first + BLOCK)
    await this.#state.append([textRecord(this.#clock, PRODUCER_IDS_KEY, value)])
    this.#next = first
    this.#blockEnd = first + BLOCK
  }
}

/** Kafka's. */
const BLOCK = 1_000
