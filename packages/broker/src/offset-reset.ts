import type { OffsetMove, OffsetReset } from '@millrace/model/broker'
import { topicPartition } from '@millrace/groups/topic-partition'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { OffsetKey } from '@millrace/offsets/offset-key'
import { expectGroupNameForUsers } from './group-name.ts'
import { withinLog } from './list-offsets.ts'
import type { BrokerParts } from './parts.ts'
import { deletedMeanwhile, logOf, type Topic } from './topic.ts'

/**
 * A group's offsets in one topic, moved; with `dryRun` the same answer, and nothing else. A target that the log
 * does not hold any more, or not yet, becomes the nearest that it does; an explicit offset is refused instead.
 * Partitions without an answer (`committedAt`: nothing was committed then) are left out, and left alone.
 */
export async function resetOffsets(
  parts: BrokerParts,
  group: string,
  reset: OffsetReset,
): Promise<readonly OffsetMove[]> {
  expectGroupNameForUsers(group)
  const topic = parts.topics.get(reset.topic)
  const partitions = [...(reset.partitions ?? topic.logs.keys())]
  for (const partition of partitions) logOf(topic, partition)
  const wanted = { ...reset, partitions }
  const live = parts.groups.find(group)
  if (reset.dryRun || live === undefined) return move(parts, group, topic, wanted)
  // Members go on from there at their next poll; what they commit from before is refused.
  const keys = partitions.map((partition) => topicPartition(topic.id, partition))
  return parts.groups.move(live, keys, () => move(parts, group, topic, wanted))
}

async function move(
  parts: BrokerParts,
  group: string,
  topic: Topic,
  reset: Wanted,
): Promise<readonly OffsetMove[]> {
  const { topics, offsets, clock, logger } = parts
  const { partitions } = reset
  const targets = await findTargets(parts, group, topic, reset)
  const moves = partitions.flatMap((partition) => {
    const to = targets.get(partition)
    const from = offsets.find({ group, topicId: topic.id, partition })?.offset ?? null
    return to === undefined ? [] : [{ topic: topic.name, partition, from, to }]
  })
  if (reset.dryRun || moves.length === 0) return moves
  // Else a topic that is gone would have committed offsets, which nobody takes back.
  if (topics.findById(topic.id) === undefined) throw deletedMeanwhile(topic)
  const committedAt = clock.nowMs()
  const stored = moves.map(({ partition, to }) => ({
    group,
    topicId: topic.id,
    partition,
    commit: { offset: to, metadata: '', committedAt, by: { kind: 'reset' } as const },
  }))
  await offsets.commit(stored)
  logger.info({ group, topic: topic.name, partitions: moves.length }, 'committed offsets reset')
  return moves
}

type Wanted = OffsetReset & { readonly partitions: readonly number[] }

async function findTargets(
  parts: BrokerParts,
  group: string,
  topic: Topic,
  reset: Wanted,
): Promise<ReadonlyMap<number, Offset>> {
  if (reset.to.at === 'committedAt') {
    return committedThen(parts, { group, topic, timestamp: reset.to.timestamp }, reset.partitions)
  }
  const targets = new Map<number, Offset>()
  for (const partition of reset.partitions) {
    const target = await findTarget(parts, { group, topicId: topic.id, partition }, topic, reset.to)
    if (target !== undefined) targets.set(partition, target)
  }
  return targets
}

/** Undefined: a shift from where nothing is committed. */
async function findTarget(
  { offsets }: BrokerParts,
  key: OffsetKey,
  topic: Topic,
  to: Exclude<OffsetReset['to'], { readonly at: 'committedAt' }>,
): Promise<Offset | undefined> {
  const log = logOf(topic, key.partition)
  const { logStartOffset, highWatermark, logEndOffset } = log
  switch (to.at) {
    case 'earliest':
      return logStartOffset
    case 'latest':
      return highWatermark
    case 'timestamp':
      return (await log.offsetForTimestamp(to.timestamp)) ?? highWatermark
    case 'shift': {
      const from = offsets.find(key)?.offset
      return from === undefined ? undefined : withinLog(log, from + to.by)
    }
    case 'offset': {
      if (to.offset >= logStartOffset && to.offset <= highWatermark) return to.offset
      throw new LogError(
        'OFFSET_OUT_OF_RANGE',
        `${log.name} holds ${logStartOffset} to ${highWatermark}; ${to.offset} is outside.`,
        { logStartOffset, highWatermark, logEndOffset, appended: false },
      )
    }
  }
}

/** What the group had committed at that time: by what is committed now, else by the history. */
async function committedThen(
  { offsets }: BrokerParts,
  then: { readonly group: string; readonly topic: Topic; readonly timestamp: number },
  partitions: readonly number[],
): Promise<ReadonlyMap<number, Offset>> {
  const { group, topic, timestamp } = then
  const targets = new Map<number, Offset>()
  const missing = new Set<number>()
  for (const partition of partitions) {
    const commit = offsets.find({ group, topicId: topic.id, partition })
    if (commit === undefined || commit.committedAt > timestamp) missing.add(partition)
    else targets.set(partition, withinLog(logOf(topic, partition), commit.offset))
  }
  let below: Offset | undefined
  while (missing.size > 0) {
    const { entries, next } = await offsets.history({
      group,
      limit: HISTORY_PAGE,
      ...(below !== undefined && { below }),
      isWanted: ({ topicId, partition }) => topicId === topic.id && missing.has(partition),
    })
    for (const { partition, commit, atMs } of entries) {
      if (atMs > timestamp || !missing.delete(partition) || commit === undefined) continue
      targets.set(partition, withinLog(logOf(topic, partition), commit.offset))
    }
    if (next === undefined) break
    below = next
  }
  if (missing.size > 0 && offsets.isHistoryCut) throw historyEnds(missing)
  return targets
}

const HISTORY_PAGE = 1_000

function historyEnds(partitions: ReadonlySet<number>): LogError {
  return new LogError(
    'INVALID_REQUEST',
    `The history of commits does not reach back that far for partition ${[...partitions].join(', ')} ` +
      '(broker.offsetHistoryMs).',
  )
}
