import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import type { RecordToProduce } from '@millrace/model/broker'
import type { ManualClock } from '@millrace/testing/manual-clock'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import { isOneOf } from '../embedded/answer.ts'
import { readWhole } from '../embedded/read-records.ts'
import type { Ledger } from './ledger.ts'
import { TOPIC } from './settings.ts'

/** Sends records one call after the other, so that those of a key have an order. */
export class Producer {
  readonly #ledger: Ledger
  readonly #clock: ManualClock
  readonly #random: SeededRandom
  readonly #keys: number
  #values = 0

  constructor(ledger: Ledger, clock: ManualClock, random: SeededRandom) {
    this.#ledger = ledger
    this.#clock = clock
    this.#random = random
    this.#keys = random.pick([2, 6, 20])
  }

  anyKey(): string {
    const name = `key-${this.#random.below(this.#keys)}`
    // Some are long, and go by their hash.
    return name.endsWith('1') ? name.padEnd(60, '-') : name
  }

  async produce(broker: EmbeddedBroker): Promise<void> {
    const count = this.#random.pick([1, 3, 10, 30])
    const values = Array.from({ length: count }, () => {
      const key = this.#random.chance(12) ? '-' : this.anyKey()
      return `${key} ${this.#values++}`
    })
    const { records } = await broker.produceRecords(
      TOPIC,
      values.map((value) => this.#record(value)),
      {},
    )
    for (const [index, place] of records.entries())
      this.#ledger.produced(values[index] ?? '', place)
  }

  /** Records of a call that was not answered are there, or not; before all that come after them. */
  async findLost(broker: EmbeddedBroker): Promise<void> {
    const lost: { readonly value: string; readonly partition: number; readonly offset: number }[] =
      []
    for (const partition of this.starts(broker).keys()) {
      const { records } = await readWhole(broker, TOPIC, partition)
      for (const { value, offset } of records) {
        if (!this.#ledger.records.has(value)) lost.push({ value, partition, offset })
      }
    }
    lost.sort((one, other) => numberOf(one.value) - numberOf(other.value))
    for (const { value, ...place } of lost) this.#ledger.produced(value, place)
  }

  /** Where each partition of the topic begins. */
  starts(broker: EmbeddedBroker): readonly number[] {
    const starts: number[] = []
    try {
      for (let partition = 0; ; partition++) {
        starts.push(broker.partitionState(TOPIC, partition).logStartOffset)
      }
    } catch (error) {
      if (!isOneOf(error, ['UNKNOWN_TOPIC_OR_PARTITION'])) throw error
      return starts
    }
  }

  #record(value: string): RecordToProduce {
    const key = value.replace(/ .*$/, '')
    return {
      key: key === '-' ? null : Buffer.from(key),
      value: Buffer.from(value),
      headers: [{ name: 'of', value: Buffer.from(value) }],
      timestamp: this.#clock.nowMs(),
      ...(key === '-' && { partition: 0 }),
    }
  }
}

function numberOf(value: string): number {
  return Number(value.split(' ')[1])
}
