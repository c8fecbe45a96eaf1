import type { Clock } from '@millrace/disk/clock'
import type { IndexedState } from '@millrace/storage/indexed-state'
import { OneAtATime } from './one-at-a-time.ts'
import { decodeProducerIds, encodeProducerIds, PRODUCER_IDS_KEY } from './topic-record.ts'

/**
 * Producer ids, never given twice. A block of them is on disk as given before the first of it is; what a
 * restart leaves of a block is not used.
 */
export class ProducerIds {
  readonly #state: IndexedState
  readonly #clock: Clock
  readonly #taking = new OneAtATime()
  #next = 0
  #blockEnd = 0

  constructor(state: IndexedState, clock: Clock) {
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
    const first = stored === undefined ? 0 : decodeProducerIds(stored)
    await this.#state.append([
      {
        key: Buffer.from(PRODUCER_IDS_KEY),
        value: encodeProducerIds(first + BLOCK),
        headers: [],
        timestamp: this.#clock.nowMs(),
      },
    ])
    this.#next = first
    this.#blockEnd = first + BLOCK
  }
}

/** Kafka's. */
const BLOCK = 1_000
