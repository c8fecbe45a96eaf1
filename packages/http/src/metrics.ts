import type { Broker, BrokerStatus } from '@millrace/model/broker'
import type { BrokerMetrics } from '@millrace/model/broker-metrics'
import type { ShareLag } from '@millrace/model/share-group'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { COUNTERS, GAUGES, SHARE_COUNTERS, SHARE_GAUGES } from './metric-table.ts'

/** What `/metrics` shows: the broker as it is when asked, the requests as they came, the process. */
export class Metrics {
  readonly #broker: Broker
  readonly #registry = new Registry()
  readonly #counters: readonly (readonly [Counter, (metrics: BrokerMetrics) => number])[]
  readonly #gauges: readonly (readonly [
    Gauge,
    (metrics: BrokerMetrics, status: BrokerStatus) => number,
  ])[]
  readonly #lag: Gauge<PartitionLabel>
  readonly #lagSeconds: Gauge<PartitionLabel>
  readonly #shareMetrics: readonly (readonly [
    Counter<PartitionLabel> | Gauge<PartitionLabel>,
    (lag: ShareLag) => number,
  ])[]
  readonly #flushSeconds: Histogram
  readonly #requestSeconds: Histogram<'method' | 'route' | 'status'>
  /** By method, status and route, of which there are few: finding them anew for each request is dear. */
  readonly #requestsOf = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>()
  #syncsSeen = 0

  constructor(broker: Broker) {
    this.#broker = broker
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_MS })
    this.#counters = COUNTERS.map(({ name, help, read }) => {
      return [new Counter({ name, help, registers }), read] as const
    })
    this.#gauges = GAUGES.map(({ name, help, read }) => {
      return [new Gauge({ name, help, registers }), read] as const
    })
    const labelNames = PARTITION_LABELS
    this.#lag = new Gauge({ ...LAG, labelNames, registers })
    this.#lagSeconds = new Gauge({ ...LAG_SECONDS, labelNames, registers })
    this.#shareMetrics = [
      ...SHARE_COUNTERS.map(({ name, help, read }) => {
        return [new Counter({ name, help, labelNames, registers }), read] as const
      }),
      ...SHARE_GAUGES.map(({ name, help, read }) => {
        return [new Gauge({ name, help, labelNames, registers }), read] as const
      }),
    ]
    this.#flushSeconds = new Histogram({ ...FLUSH_SECONDS, registers })
    this.#requestSeconds = new Histogram({
      ...REQUEST_SECONDS,
      labelNames: ['method', 'route', 'status'],
      registers,
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  requested(labels: { method: string; route: string; status: number }, seconds: number): void {
    const { method, route, status } = labels
    const name = `${method} ${status} ${route}`
    let its = this.#requestsOf.get(name)
    if (its === undefined) {
      its = this.#requestSeconds.labels(labels)
      this.#requestsOf.set(name, its)
    }
    its.observe(seconds)
  }

  /** In the text format of Prometheus. */
  async text(): Promise<string> {
    const metrics = this.#broker.metrics()
    const status = this.#broker.status()
    for (const [counter, read] of this.#counters) {
      // The broker counts; this counter repeats what it says.
      counter.reset()
      counter.inc(read(metrics))
    }
    for (const [gauge, read] of this.#gauges) gauge.set(read(metrics, status))
    this.#showLag(metrics.lag)
    this.#showShareLag(metrics.shareLag)
    this.#observeSyncs(metrics.flush)
    return this.#registry.metrics()
  }

  #showLag(lags: BrokerMetrics['lag']): void {
    this.#lag.reset()
    this.#lagSeconds.reset()
    for (const { group, topic, partition, lag, lagMs } of lags) {
      this.#lag.set({ group, topic, partition }, lag)
      this.#lagSeconds.set({ group, topic, partition }, lagMs / 1000)
    }
  }

  #showShareLag(lags: BrokerMetrics['shareLag']): void {
    for (const [metric, read] of this.#shareMetrics) {
      metric.reset()
      for (const lag of lags) {
        const { group, topic, partition } = lag
        metric.inc({ group, topic, partition }, read(lag))
      }
    }
  }

  /** Those since the last time; of very many, the latest that the broker remembers. */
  #observeSyncs({ syncs, syncSeconds }: BrokerMetrics['flush']): void {
    const unseen = Math.min(syncs - this.#syncsSeen, syncSeconds.length)
    for (const seconds of syncSeconds.slice(syncSeconds.length - unseen)) {
      this.#flushSeconds.observe(seconds)
    }
    this.#syncsSeen = syncs
  }
}

const PARTITION_LABELS = ['group', 'topic', 'partition'] as const
type PartitionLabel = (typeof PARTITION_LABELS)[number]

/** How often the event loop's delay is sampled: often enough to see a stall, seldom enough to cost nothing. */
const LOOP_MS = 50

const LAG = {
  name: 'millrace_group_lag_records',
  help: 'High watermark less committed offset.',
}
const LAG_SECONDS = {
  name: 'millrace_group_lag_seconds',
  help: 'Age of the record at the committed offset; 0 without lag.',
}
const FLUSH_SECONDS = {
  name: 'millrace_flush_duration_seconds',
  help: 'How long journal syncs took. Under heavy load a sample: the latest 1,000 before each scrape.',
  buckets: [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
}
const REQUEST_SECONDS = {
  name: 'millrace_http_request_duration_seconds',
  help: 'From the headers of a request to the end of its answer; waiting readers and streams count whole.',
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
}
