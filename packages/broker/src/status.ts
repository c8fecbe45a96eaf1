import { stateOf as groupStateOf } from '@millrace/groups/group'
import type { LiveGroup } from '@millrace/groups/live-group'
import type { BrokerStatus } from '@millrace/model/broker'
import type { BrokerMetrics } from '@millrace/model/broker-metrics'
import type { ShareGroups } from '@millrace/share-groups/share-groups'
import type { OpenedBroker } from './open-parts.ts'

export function statusOf({ parts, index }: OpenedBroker): BrokerStatus {
  const { storage } = parts
  const { diskFreeBytes, diskTotalBytes } = storage.metrics()
  const { recovery } = storage
  return {
    ...stateOf(parts.storage.state, index.problem?.detail),
    dataDirectory: storage.directory,
    diskFreeBytes,
    diskTotalBytes,
    isFull: storage.state.kind === 'full',
    autoCreateTopics: parts.config.autoCreateTopics,
    lastRecovery: {
      ...recovery,
      durationMs: Math.round(recovery.durationMs * 10) / 10,
      notes: [...recovery.notes, ...index.notes],
    },
  }
}

export function metricsOf({ parts, lag }: OpenedBroker): BrokerMetrics {
  const { storage, topics, groups, shares, counts, budget, waits } = parts
  const measured = storage.metrics()
  const { syncs, syncSeconds, pendingBytes, waitingBytes } = measured
  const { checkpoints, journalBytesUsed, journalBytesMax } = measured
  let logBytes = 0
  let segments = 0
  for (const log of storage.logs()) {
    logBytes += log.bytes
    segments += log.segmentCount
  }
  return {
    produce: { ...counts.produce, refused: budget.refused },
    fetch: { ...counts.fetch, waiting: waits.count },
    flush: { syncs, syncSeconds },
    storage: {
      pendingBytes,
      waitingBytes,
      checkpoints,
      journalBytesUsed,
      journalBytesMax,
      logBytes,
      segments,
      topics: topics.count,
      partitions: topics.partitionCount,
    },
    groups: countGroups(groups.all()),
    lag: lag.read(),
    shares: countShares(shares),
    shareLag: shares.lag(SERIES_MAX),
  }
}

function stateOf(
  state: OpenedBroker['parts']['storage']['state'],
  indexProblem: string | undefined,
): Pick<BrokerStatus, 'state' | 'reason'> {
  switch (state.kind) {
    case 'ready':
      return indexProblem === undefined
        ? { state: 'ready' }
        : { state: 'ready', reason: indexProblem }
    case 'full':
      return { state: 'ready', reason: state.reason }
    case 'failed':
      return { state: 'read-only', reason: state.reason }
    case 'stopping':
      return { state: 'stopping' }
  }
}

/** A page of metrics with more series than this helps nobody. */
const SERIES_MAX = 1_000

function countShares(shares: ShareGroups): BrokerMetrics['shares'] {
  let acquired = 0
  let waiting = 0
  for (const live of shares.all()) {
    waiting += live.waitingCount
    for (const { share } of live.partitions.all) acquired += share.ledger.acquiredCount
  }
  return { groups: shares.count, acquired, waiting }
}

function countGroups(all: Iterable<LiveGroup>): BrokerMetrics['groups'] {
  let groups = 0
  let members = 0
  let reconciling = 0
  for (const { group } of all) {
    if (group.members.size === 0) continue
    groups++
    members += group.members.size
    if (groupStateOf(group) === 'Reconciling') reconciling++
  }
  return { groups, members, reconciling }
}
