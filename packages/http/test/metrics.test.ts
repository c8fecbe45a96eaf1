import type { BrokerMetrics } from '@millrace/model/broker-metrics'
import { expect, test } from 'vitest'
import { COUNTERS, GAUGES, SHARE_COUNTERS, SHARE_GAUGES } from '../src/metric-table.ts'
import { Metrics } from '../src/metrics.ts'
import { NO_BROKER } from '../src/no-broker.ts'

const LAG = { group: 'g', topic: 't', partition: 0, lag: 7, lagMs: 1500 }

test('lag is shown for each partition as the broker measured it, and gone when that is', async () => {
  let lag: BrokerMetrics['lag'] = [LAG, { ...LAG, partition: 1, lag: 0, lagMs: 0 }]
  const metrics = metricsOf(() => ({ ...MEASURED, lag }))
  const text = await metrics.text()
  expect(text).toContain('millrace_group_lag_records{group="g",topic="t",partition="0"} 7\n')
  expect(text).toContain('millrace_group_lag_seconds{group="g",topic="t",partition="0"} 1.5\n')
  expect(text).toContain('millrace_group_lag_records{group="g",topic="t",partition="1"} 0\n')
  lag = []
  expect(await metrics.text()).not.toContain('group="g"')
})

test('how far share groups are is shown for each partition, and gone when they are', async () => {
  const far = { group: 's', topic: 't', partition: 0, unsettled: 5, acquired: 4 }
  const partition = { ...far, deadLetters: 3, expired: 2, unreadable: 6, parkedKeys: 1 }
  let shareLag: BrokerMetrics['shareLag'] = [partition, { ...partition, partition: 1 }]
  const metrics = metricsOf(() => ({ ...MEASURED, shareLag }))
  await metrics.text()
  const text = await metrics.text()
  const labels = '{group="s",topic="t",partition="0"}'
  expect(text).toContain(`millrace_share_group_unsettled_records${labels} 5\n`)
  expect(text).toContain(`millrace_share_group_acquired_records${labels} 4\n`)
  expect(text).toContain(`millrace_share_group_dead_letter_records${labels} 3\n`)
  expect(text).toContain(`millrace_share_group_expired_records_total${labels} 2\n`)
  expect(text).toContain(`millrace_share_group_unreadable_records_total${labels} 6\n`)
  expect(text).toContain(`millrace_share_group_parked_keys${labels} 1\n`)
  expect(text).toContain('millrace_share_group_parked_keys{group="s",topic="t",partition="1"} 1\n')
  for (const { name, help } of [...SHARE_COUNTERS, ...SHARE_GAUGES]) {
    expect(text).toContain(`# HELP ${name} ${help}\n`)
  }
  shareLag = []
  expect(await metrics.text()).not.toContain('group="s"')
})

test('each sync is counted once, however often it is looked at', async () => {
  let flush: BrokerMetrics['flush'] = { syncs: 2, syncSeconds: [0.003, 0.003] }
  const metrics = metricsOf(() => ({ ...MEASURED, flush }))
  await metrics.text()
  expect(await metrics.text()).toContain('millrace_flush_duration_seconds_count 2\n')
  // The broker remembers only the latest ones.
  flush = { syncs: 5, syncSeconds: [0.003, 0.3] }
  const text = await metrics.text()
  expect(text).toContain('millrace_flush_duration_seconds_count 4\n')
  expect(text).toContain('millrace_flush_duration_seconds_bucket{le="0.2"} 3\n')
  expect(text).toContain('millrace_flush_total 5\n')
})

test('every metric of the table has a name by the conventions of Prometheus, and is shown', async () => {
  const text = await metricsOf(() => MEASURED).text()
  for (const { name, help } of [...COUNTERS, ...GAUGES]) {
    expect(name).toMatch(/^millrace_[a-z_]+$/)
    expect(text).toContain(`# HELP ${name} ${help}\n`)
    expect(text).toMatch(new RegExp(`^${name} \\d+$`, 'm'))
  }
  for (const { name } of COUNTERS) expect(name).toMatch(/_total$/)
})

const MEASURED: BrokerMetrics = {
  produce: { appends: 1, records: 2, bytes: 3, refused: 4 },
  fetch: { requests: 5, bytes: 6, waiting: 7 },
  flush: { syncs: 0, syncSeconds: [] },
  storage: {
    pendingBytes: 8,
    waitingBytes: 9,
    checkpoints: 10,
    journalBytesUsed: 11,
    journalBytesMax: 12,
    logBytes: 13,
    segments: 14,
    topics: 15,
    partitions: 16,
  },
  groups: { groups: 19, members: 20, reconciling: 21 },
  lag: [],
  shares: { groups: 22, acquired: 23, waiting: 24 },
  shareLag: [],
}

function metricsOf(measure: () => BrokerMetrics): Metrics {
  const lastRecovery = {
    wasClean: true,
    durationMs: 0,
    replayedEntries: 0,
    replayedBytes: 0,
    setAside: [],
    notes: [],
  }
  const status = {
    state: 'ready',
    dataDirectory: '/data',
    diskFreeBytes: 17,
    diskTotalBytes: 18,
    isFull: false,
    autoCreateTopics: false,
    lastRecovery,
  } as const
  return new Metrics({ ...NO_BROKER, metrics: measure, status: () => status })
}
