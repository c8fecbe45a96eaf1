import type { Offset } from '@millrace/model/offset'
import type {
  ShareGroupDescription,
  ShareGroupSettings,
  SharePartitionState,
} from '@millrace/model/share-group'
import type { GroupPartition } from './group-partitions.ts'
import type { BetweenTurns } from './live-share-group.ts'
import type { ShareParts } from './share-parts.ts'
import type { ShareGroup } from './share-settings.ts'

/** Everything that an operator wants to know of a group. */
export function describeShareGroup(
  parts: ShareParts,
  name: string,
  { partitions, group }: Pick<BetweenTurns, 'partitions' | 'group'>,
  deadLetterProblem: string | undefined,
): ShareGroupDescription {
  return {
    group: name,
    ...settingsOf(parts, group),
    partitions: partitions.all.map((partition) => stateOf(parts, partition)),
    consumers: consumersOf(partitions.all),
    deadLetterProblem: deadLetterProblem ?? null,
  }
}

/** With the names that its topics have now. */
export function settingsOf(
  { topics }: Pick<ShareParts, 'topics'>,
  { topicIds, settings }: ShareGroup,
): ShareGroupSettings {
  return { topics: topicIds.flatMap((id) => topics.findById(id)?.name ?? []), ...settings }
}

export function stateOf(
  { topics, config }: Pick<ShareParts, 'topics' | 'config'>,
  { topicId, partition, log, share }: GroupPartition,
): SharePartitionState {
  const { ledger, scanOffset } = share
  const { highWatermark } = log
  const behind = Math.max(0, highWatermark - ledger.startOffset - ledger.settled.count)
  const { deliveries, acquiredCount, redriven, parked } = ledger
  return {
    topic: topics.findById(topicId)?.name ?? '',
    partition,
    startOffset: ledger.startOffset as Offset,
    endOffset: ledger.endOffset as Offset,
    highWatermark,
    unsettled: behind + redriven.size,
    acquired: acquiredCount,
    retrying: deliveries.size - acquiredCount,
    parkedKeys: parked.size,
    deadLetters: ledger.letterCount,
    expired: ledger.expiredCount,
    unreadable: ledger.unreadableCount,
    isFull: scanOffset - ledger.startOffset >= config.spanMax && scanOffset < highWatermark,
  }
}

function consumersOf(all: readonly GroupPartition[]): ShareGroupDescription['consumers'] {
  const acquired = new Map<string, number>()
  for (const { share } of all) {
    for (const { acquisition } of share.ledger.deliveries.values()) {
      if (acquisition === undefined) continue
      acquired.set(acquisition.consumer, (acquired.get(acquisition.consumer) ?? 0) + 1)
    }
  }
  return [...acquired]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([consumer, count]) => ({ consumer, acquired: count }))
}
