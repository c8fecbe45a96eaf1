import type { LiveGroup } from '@millrace/groups/live-group'
import { parseTopicPartition, type TopicPartition } from '@millrace/groups/topic-partition'
import type {
  GroupDescription,
  GroupMemberDescription,
  GroupPage,
  GroupState,
  TopicPartitions,
} from '@millrace/model/consumer-group'
import { stateOf } from '@millrace/groups/group'
import { expectGroupName, expectGroupNameForUsers } from './group-name.ts'
import { byName, byTopic } from './group-topics.ts'
import { committedOffsets, deleteOffsets, expectEmpty, unknownGroup } from './offset-commit.ts'
import type { BrokerParts } from './parts.ts'

/** Groups that have committed offsets, or had members, in the order of their names. */
export function listGroups(
  parts: BrokerParts,
  { limit, after = '' }: { readonly limit: number; readonly after?: string },
): GroupPage {
  const { offsets, groups } = parts
  const committed = offsets.groups(after === '' ? undefined : after).take(limit + 1)
  const live = [...groups.all()].map(({ name }) => name).filter((name) => name > after)
  const names = [...new Set([...committed, ...live])].sort().slice(0, limit + 1)
  const page = names
    .slice(0, limit)
    .map((group) => ({ group, state: stateOfGroup(groups.find(group)) }))
  const last = page.at(-1)
  return names.length > limit && last !== undefined
    ? { groups: page, next: last.group }
    : { groups: page }
}

/** UNKNOWN_GROUP when it has no committed offsets and never had a member. */
export async function describeGroup(parts: BrokerParts, group: string): Promise<GroupDescription> {
  expectGroupName(group)
  const live = parts.groups.find(group)
  if (live === undefined && !parts.offsets.isKnown(group)) throw unknownGroup(group)
  const offsets = await committedOffsets(parts, group, {})
  const lag = offsets.reduce((sum, offset) => sum + offset.lag, 0)
  const lagMs = offsets.reduce((most, offset) => Math.max(most, offset.lagMs), 0)
  const members = live === undefined ? [] : membersOf(parts, live)
  const epoch = live?.group.epoch ?? 0
  return { group, state: stateOfGroup(live), epoch, members, offsets, lag, lagMs }
}

/** UNKNOWN_GROUP; GROUP_NOT_EMPTY while it has members. */
export async function deleteGroup(parts: BrokerParts, group: string): Promise<void> {
  expectGroupNameForUsers(group)
  const live = parts.groups.find(group)
  if (live === undefined) return deleteOffsets(parts, group, {})
  expectEmpty(parts, group)
  if (parts.offsets.isKnown(group)) await deleteOffsets(parts, group, {})
  // Somebody may have joined meanwhile.
  expectEmpty(parts, group)
  await parts.groups.remove(live)
}

/** UNKNOWN_GROUP, UNKNOWN_MEMBER. */
export async function leaveGroup(
  { groups, logger }: BrokerParts,
  group: string,
  memberId: string,
): Promise<void> {
  expectGroupNameForUsers(group)
  const live = groups.find(group)
  if (live === undefined) throw unknownGroup(group)
  await groups.leave(live, memberId)
  logger.info({ group, memberId }, 'member left')
}

function stateOfGroup(live: LiveGroup | undefined): GroupState {
  return live === undefined ? 'Empty' : stateOf(live.group)
}

function membersOf(
  { topics }: BrokerParts,
  { group }: LiveGroup,
): readonly GroupMemberDescription[] {
  const partitionsOf = (keys: readonly TopicPartition[]): readonly TopicPartitions[] => {
    const places = keys.flatMap((key) => {
      const { topicId, partition } = parseTopicPartition(key)
      const topic = topics.findById(topicId)
      return topic === undefined ? [] : [{ topic, partition }]
    })
    return byTopic(places.sort(byName))
  }
  return [...group.members.values()].map(({ memberId, instanceId, topicIds, held }) => {
    const isRevoked = (key: TopicPartition) => held.get(key)?.revokedEpoch !== undefined
    const keys = [...held.keys()]
    return {
      memberId,
      instanceId: instanceId ?? null,
      topics: topicIds.flatMap((id) => topics.findById(id)?.name ?? []),
      assignment: partitionsOf(keys.filter((key) => !isRevoked(key))),
      revoked: partitionsOf(keys.filter(isRevoked)),
    }
  })
}
