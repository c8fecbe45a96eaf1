import type { SealedCursor } from '@millrace/groups/cursors'
import type { LiveGroup } from '@millrace/groups/live-group'
import { parseTopicPartition, topicPartition } from '@millrace/groups/topic-partition'
import type { GroupMember } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { OffsetKey } from '@millrace/offsets/offset-key'
import type { StoredOffset } from '@millrace/offsets/offset-store'
import type { BrokerParts } from './parts.ts'

/**
 * Commits what came with a cursor, of partitions that the member still has. Not backwards: a cursor that is sent
 * again, or an old one, says nothing new.
 */
export async function commitProcessed(
  { offsets, topics, clock }: BrokerParts,
  live: LiveGroup,
  sealed: SealedCursor,
): Promise<void> {
  if (sealed.isCommitted) return
  const { cursor } = sealed
  const { memberId, epoch } = cursor
  const { member } = live.standing(memberId, epoch)
  const committedAt = clock.nowMs()
  const processed: StoredOffset[] = []
  for (const [key, { offset }] of cursor.positions) {
    const place = { group: live.name, ...parseTopicPartition(key) }
    if (!live.counts(member, key, epoch) || topics.findById(place.topicId) === undefined) continue
    if (offset <= (offsets.find(place)?.offset ?? -1)) continue
    const by = { kind: 'member', memberId } as const
    processed.push({ ...place, commit: { offset, metadata: '', committedAt, by } })
  }
  await offsets.commit(processed)
  // While offsets are being moved, it is not known what will count.
  sealed.isCommitted = ![...cursor.positions.keys()].some((key) => live.isSuspended(key))
  if (processed.length > 0) live.progressed()
}

/**
 * That this may be committed now: by a member what it has and knows since it has it, by nobody in particular
 * while there is no member. FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER.
 */
export function expectMayCommit(
  { groups }: BrokerParts,
  group: string,
  keys: readonly OffsetKey[],
  by: GroupMember | undefined,
): void {
  const live = groups.find(group)
  if (by === undefined) {
    if (live === undefined || live.group.members.size === 0) return
    throw live.fenced(`Group ${group} has members, and only they commit for it.`)
  }
  if (live === undefined) {
    throw new LogError('UNKNOWN_MEMBER', `Group ${group} has no members.`, { appended: false })
  }
  const { member } = live.standing(by.memberId, by.memberEpoch)
  for (const { topicId, partition } of keys) {
    const key = topicPartition(topicId, partition)
    if (live.counts(member, key, by.memberEpoch)) continue
    throw live.fenced(
      `Partition ${partition} is not, or not since epoch ${by.memberEpoch}, ${by.memberId}'s to commit.`,
    )
  }
}
