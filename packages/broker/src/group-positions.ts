import type { GroupCursor } from '@millrace/groups/group-cursor'
import type { LiveGroup, Standing } from '@millrace/groups/live-group'
import { parseTopicPartition, type TopicPartition } from '@millrace/groups/topic-partition'
import type { Log } from '@millrace/log/log'
import type { GroupPollRequest, SkippedOffsets } from '@millrace/model/consumer-group'
import type { Offset } from '@millrace/model/offset'
import type { StoredOffset } from '@millrace/offsets/offset-store'
import { byName } from './group-topics.ts'
import { readableUntil } from './growth-gate.ts'
import type { BrokerParts } from './parts.ts'
import type { Topic } from './topic.ts'

/** Where a member of a group is in one of its partitions. */
export interface GroupPosition {
  readonly key: TopicPartition
  readonly topic: Topic
  readonly partition: number
  readonly log: Log
  /** The next to read. */
  readonly offset: Offset
  /** To be let go of. */
  readonly isRevoked: boolean
  readonly isReadable: boolean
  /** It reads no further for now. */
  readonly untilOffset: Offset | undefined
}

export interface Positions {
  /** In the order of topics' names and partitions. */
  readonly positions: readonly GroupPosition[]
  readonly skipped: readonly SkippedOffsets[]
}

/**
 * Of all that a member holds: by its cursor where that counts, else by what the group has committed. Where a group has
 * committed nothing in a topic, it begins in all of its partitions now, and that is committed at once: whoever
 * takes over before anything is processed begins at the same place. A partition that comes later is read from its
 * first record.
 */
export async function findPositions(
  parts: BrokerParts,
  live: LiveGroup,
  of: {
    readonly standing: Standing
    readonly cursor: GroupCursor | undefined
    readonly start: GroupPollRequest['start']
    /** A gap is told of, and passed over, by an answer that may have records. */
    readonly passesGaps: boolean
  },
): Promise<Positions> {
  const { member } = of.standing
  const positions: GroupPosition[] = []
  const skipped: SkippedOffsets[] = []
  for (const [key, { revokedEpoch }] of member.held) {
    const place = findPlace(parts, key)
    if (place === undefined) continue
    const isRevoked = revokedEpoch !== undefined
    const isReadable = !isRevoked && !live.isSuspended(key)
    const known = of.cursor?.positions.get(key)?.offset
    const counts = of.cursor !== undefined && live.counts(member, key, of.cursor.epoch)
    const wanted =
      counts && known !== undefined ? known : await committedOrStart(parts, live, place, of.start)
    const { topic, partition, log } = place
    const { logStartOffset } = log
    const isGap = of.passesGaps && isReadable && wanted < logStartOffset
    if (isGap) {
      skipped.push({ topic: topic.name, partition, from: wanted, to: logStartOffset })
    }
    const offset = isGap ? logStartOffset : wanted
    const untilOffset = readableUntil(parts, live, topic, partition)
    positions.push({
      key,
      topic,
      partition,
      log,
      offset,
      isRevoked,
      isReadable,
      untilOffset,
    })
  }
  return { positions: positions.toSorted(byName), skipped }
}

interface Place {
  readonly topic: Topic
  readonly partition: number
  readonly log: Log
}

/** None of a topic that is gone. */
function findPlace({ topics }: BrokerParts, key: TopicPartition): Place | undefined {
  const { topicId, partition } = parseTopicPartition(key)
  const topic = topics.findById(topicId)
  const log = topic?.logs[partition]
  return topic === undefined || log === undefined ? undefined : { topic, partition, log }
}

async function committedOrStart(
  parts: BrokerParts,
  { name }: LiveGroup,
  { topic, partition, log }: Place,
  start: GroupPollRequest['start'],
): Promise<Offset> {
  const key = { group: name, topicId: topic.id, partition }
  const committed = parts.offsets.find(key)
  if (committed !== undefined) return committed.offset
  // One at a time: two who begin together begin at the same place.
  await parts.groupStarts.run(async () => beginIn(parts, name, topic, start))
  return parts.offsets.find(key)?.offset ?? log.logStartOffset
}

async function beginIn(
  { offsets, clock }: BrokerParts,
  group: string,
  topic: Topic,
  start: GroupPollRequest['start'],
): Promise<void> {
  const isNew = offsets.ofGroup(group, topic.id).next().done === true
  const committedAt = clock.nowMs()
  const begun: StoredOffset[] = []
  for (const [partition, log] of topic.logs.entries()) {
    const key = { group, topicId: topic.id, partition }
    if (offsets.find(key) !== undefined) continue
    const offset = isNew && start === 'latest' ? log.highWatermark : log.logStartOffset
    const commit = { offset, metadata: '', committedAt, by: { kind: 'nobody' } as const }
    begun.push({ ...key, commit })
  }
  await offsets.commit(begun)
}

/** There may be records that it must not read yet. */
export function isHeldUp({ isReadable, offset, untilOffset }: GroupPosition): boolean {
  return isReadable && untilOffset !== undefined && offset >= untilOffset
}
