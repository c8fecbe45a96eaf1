/** The metrics that are read off the broker, each with what it means. */
import type { BrokerStatus } from '@millrace/model/broker'
import type { BrokerMetrics } from '@millrace/model/broker-metrics'
import type { ShareLag } from '@millrace/model/share-group'

export interface BrokerCounter {
  readonly name: string
  readonly help: string
  readonly read: (metrics: BrokerMetrics) => number
}

export interface BrokerGauge {
  readonly name: string
  readonly help: string
  readonly read: (metrics: BrokerMetrics, status: BrokerStatus) => number
}

/** Of each partition of each share group. */
export interface ShareMetric {
  readonly name: string
  readonly help: string
  readonly read: (lag: ShareLag) => number
}

export const COUNTERS: readonly BrokerCounter[] = [
  {
    name: 'millrace_produce_appends_total',
    help: 'Appends of records, each durable before it was answered.',
    read: ({ produce }) => produce.appends,
  },
  {
    name: 'millrace_produce_records_total',
    help: 'Records appended.',
    read: ({ produce }) => produce.records,
  },
  {
    name: 'millrace_produce_bytes_total',
    help: 'Bytes of record batches appended.',
    read: ({ produce }) => produce.bytes,
  },
  {
    name: 'millrace_produce_refused_total',
    help: 'Appends refused because too many bytes waited for the disk.',
    read: ({ produce }) => produce.refused,
  },
  {
    name: 'millrace_fetch_requests_total',
    help: 'Fetches answered.',
    read: ({ fetch }) => fetch.requests,
  },
  {
    name: 'millrace_fetch_bytes_total',
    help: 'Bytes of record batches fetched.',
    read: ({ fetch }) => fetch.bytes,
  },
  {
    name: 'millrace_flush_total',
    help: 'Syncs of the journal.',
    read: ({ flush }) => flush.syncs,
  },
  {
    name: 'millrace_checkpoints_total',
    help: 'Checkpoints written.',
    read: ({ storage }) => storage.checkpoints,
  },
]

export const GAUGES: readonly BrokerGauge[] = [
  {
    name: 'millrace_fetch_waiting',
    help: 'Fetches that wait for records.',
    read: ({ fetch }) => fetch.waiting,
  },
  {
    name: 'millrace_storage_waiting_bytes',
    help: 'Bytes accepted and not yet synced.',
    read: ({ storage }) => storage.waitingBytes,
  },
  {
    name: 'millrace_storage_pending_bytes',
    help: 'Bytes synced in the journal and not yet written to their segments.',
    read: ({ storage }) => storage.pendingBytes,
  },
  {
    name: 'millrace_journal_used_bytes',
    help: 'Bytes of the journal that the next checkpoint frees.',
    read: ({ storage }) => storage.journalBytesUsed,
  },
  {
    name: 'millrace_journal_max_bytes',
    help: 'The most that the journal may take.',
    read: ({ storage }) => storage.journalBytesMax,
  },
  {
    name: 'millrace_log_bytes',
    help: 'Bytes of all segments.',
    read: ({ storage }) => storage.logBytes,
  },
  {
    name: 'millrace_segments',
    help: 'Segments of all partitions.',
    read: ({ storage }) => storage.segments,
  },
  {
    name: 'millrace_topics',
    help: 'Topics, internal ones included.',
    read: ({ storage }) => storage.topics,
  },
  {
    name: 'millrace_partitions',
    help: 'Partitions of all topics.',
    read: ({ storage }) => storage.partitions,
  },
  {
    name: 'millrace_groups',
    help: 'Consumer groups that have members.',
    read: ({ groups }) => groups.groups,
  },
  {
    name: 'millrace_group_members',
    help: 'Members of all consumer groups.',
    read: ({ groups }) => groups.members,
  },
  {
    name: 'millrace_groups_reconciling',
    help: 'Consumer groups in which a partition is on its way from one member to another.',
    read: ({ groups }) => groups.reconciling,
  },
  {
    name: 'millrace_share_groups',
    help: 'Share groups.',
    read: ({ shares }) => shares.groups,
  },
  {
    name: 'millrace_share_acquired_records',
    help: 'Records that consumers of share groups have now.',
    read: ({ shares }) => shares.acquired,
  },
  {
    name: 'millrace_share_waiting',
    help: 'Acquires that wait for records.',
    read: ({ shares }) => shares.waiting,
  },
  {
    name: 'millrace_disk_free_bytes',
    help: 'Free space where the data is.',
    read: (_metrics, { diskFreeBytes }) => diskFreeBytes,
  },
  {
    name: 'millrace_disk_total_bytes',
    help: 'Size of the file system where the data is.',
    read: (_metrics, { diskTotalBytes }) => diskTotalBytes,
  },
  {
    name: 'millrace_disk_full',
    help: '1 while produce is refused for want of space.',
    read: (_metrics, { isFull }) => (isFull ? 1 : 0),
  },
  {
    name: 'millrace_ready',
    help: '1 while reads and writes are served.',
    read: (_metrics, { state }) => (state === 'ready' ? 1 : 0),
  },
]

export const SHARE_COUNTERS: readonly ShareMetric[] = [
  {
    name: 'millrace_share_group_expired_records_total',
    help: 'Unsettled records that retention, or a trim, passed.',
    read: ({ expired }) => expired,
  },
  {
    name: 'millrace_share_group_unreadable_records_total',
    help: 'Unsettled records that damage made unreadable: they were passed over.',
    read: ({ unreadable }) => unreadable,
  },
]

export const SHARE_GAUGES: readonly ShareMetric[] = [
  {
    name: 'millrace_share_group_unsettled_records',
    help: 'Records up to the high watermark that are not settled.',
    read: ({ unsettled }) => unsettled,
  },
  {
    name: 'millrace_share_group_acquired_records',
    help: 'Records that consumers have now.',
    read: ({ acquired }) => acquired,
  },
  {
    name: 'millrace_share_group_dead_letter_records',
    help: 'Records in the dead-letter topic that were not redriven.',
    read: ({ deadLetters }) => deadLetters,
  },
  {
    name: 'millrace_share_group_parked_keys',
    help: 'Keys whose records all go to the dead-letter topic.',
    read: ({ parkedKeys }) => parkedKeys,
  },
]
