import type { BrokerMetrics } from '@millrace/model/broker-metrics'

/** What has been done since the start. */
export class BrokerCounts {
  #appends = 0
  #records = 0
  #bytes = 0
  #fetches = 0
  #fetchedBytes = 0

  produced(records: number, bytes: number): void {
    this.#appends++
    this.#records += records
    this.#bytes += bytes
  }

  fetched(bytes: number): void {
    this.#fetches++
    this.#fetchedBytes += bytes
  }

  get produce(): Omit<BrokerMetrics['produce'], 'refused'> {
    return { appends: this.#appends, records: this.#records, bytes: this.#bytes }
  }

  get fetch(): Omit<BrokerMetrics['fetch'], 'waiting'> {
    return { requests: this.#fetches, bytes: this.#fetchedBytes }
  }
}
