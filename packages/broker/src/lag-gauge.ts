import type { Clock } from '@millrace/disk/clock'
import type { Log } from '@millrace/log/log'
import type { BrokerMetrics } from '@millrace/model/broker-metrics'
import type { Offset } from '@millrace/model/offset'
import type { OffsetStore } from '@millrace/offsets/offset-store'
import { lagInRecords, timestampFrom } from './lag.ts'
import type { TopicStore } from './topic-store.ts'

type LagOfPartition = BrokerMetrics['lag'][number]

/**
 * The lag of every group, for a page that is read often and must not wait: the timestamp at a committed
 * offset is read once, by `refresh`, and lag follows from it and the clock.
 */
export class LagGauge {
  readonly #topics: TopicStore
  readonly #offsets: OffsetStore
  readonly #clock: Clock
  #measured: readonly MeasuredOffset[] = []

  constructor(topics: TopicStore, offsets: OffsetStore, clock: Clock) {
    this.#topics = topics
    this.#offsets = offsets
    this.#clock = clock
  }

  /** As of the last refresh, of at most `SERIES_MAX` partitions. */
  read(): readonly LagOfPartition[] {
    const nowMs = this.#clock.nowMs()
    return this.#measured.map(({ group, topic, partition, log, offset, timestamp }) => {
      const lag = lagInRecords(log, offset)
      const isKnown = lag > 0 && timestamp !== undefined
      const lagMs = isKnown ? Math.max(0, nowMs - timestamp) : 0
      return { group, topic, partition, lag, lagMs }
    })
  }

  async refresh(): Promise<void> {
    const before = new Map(this.#measured.map((measured) => [measured.name, measured]))
    const measured: MeasuredOffset[] = []
    for (const found of this.#committed()) {
      const { log, offset } = found
      const last = before.get(found.name)
      const isSame = last?.offset === offset && last.timestamp !== undefined
      const needsTime = !isSame && lagInRecords(log, offset) > 0
      const timestamp = needsTime ? await timestampFrom(log, offset) : last?.timestamp
      measured.push({ ...found, timestamp: isSame || needsTime ? timestamp : undefined })
    }
    this.#measured = measured
  }

  *#committed(): Generator<Omit<MeasuredOffset, 'timestamp'>> {
    let count = 0
    for (const group of this.#offsets.groups().take(SERIES_MAX)) {
      for (const { topicId, partition, commit } of this.#offsets.ofGroup(group)) {
        const topic = this.#topics.findById(topicId)
        const log = topic?.logs[partition]
        if (topic === undefined || log === undefined) continue
        if (++count > SERIES_MAX) return
        const name = `${group} ${topicId} ${partition}`
        yield { name, group, topic: topic.name, partition, log, offset: commit.offset }
      }
    }
  }
}

/** A page of metrics with more series than this helps nobody. */
const SERIES_MAX = 1_000

interface MeasuredOffset {
  readonly name: string
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly log: Log
  readonly offset: Offset
  /** Of the record at the committed offset; undefined while there is none. */
  readonly timestamp: number | undefined
}
