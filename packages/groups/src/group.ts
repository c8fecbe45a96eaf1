import { assign } from './assignor.ts'
import { type Holding, isSettled, type Member } from './member.ts'
import type { PartitionCount, TopicPartition } from './topic-partition.ts'

/**
 * A consumer group, as its members' words and silence make it. No clock, no socket, no disk: the coordinator brings
 * those, and has already refused what does not fit.
 *
 * A change of who is there, or of what they want, is a new epoch with a new target for each member. From then on each
 * goes its own way, and nobody waits for anybody who has nothing to give:
 *
 *     held, not wanted any more ──told──► revoked ──its own later word──► let go
 *     to have, and free         ──told──► held
 *
 * Invariants: a partition is held by one member at most, revoked or not. An epoch is never used twice.
 */
export interface Group {
  readonly epoch: number
  readonly members: ReadonlyMap<string, Member>
}

export const NO_GROUP: Group = Object.freeze({ epoch: 0, members: new Map() })

export type GroupState = 'Empty' | 'Reconciling' | 'Stable'

export function stateOf({ members }: Group): GroupState {
  if (members.size === 0) return 'Empty'
  return [...members.values()].every(isSettled) ? 'Stable' : 'Reconciling'
}

/** Somebody comes, or comes back: with what it has, of which nothing that was said before counts any more. */
export function join(
  group: Group,
  who: Pick<Member, 'memberId' | 'instanceId' | 'topicIds'>,
  partitionCount: PartitionCount,
): Group {
  const epoch = group.epoch + 1
  const before = group.members.get(who.memberId)
  const held = new Map<TopicPartition, Holding>()
  // Who comes back knows of no revocation: it has nothing in hand to let go of.
  for (const [key, { revokedEpoch }] of before?.held ?? []) {
    if (revokedEpoch === undefined) held.set(key, { sinceEpoch: epoch })
  }
  const member = { ...who, joinedEpoch: epoch, target: before?.target ?? NOTHING, held }
  return reassigned({ epoch, members: withMember(group, member) }, partitionCount)
}

/** A member wants to read something else. */
export function subscribe(
  group: Group,
  memberId: string,
  topicIds: readonly string[],
  partitionCount: PartitionCount,
): Group {
  const member = group.members.get(memberId)
  if (member === undefined || isSameList(member.topicIds, topicIds)) return group
  const members = withMember(group, { ...member, topicIds })
  return reassigned({ epoch: group.epoch + 1, members }, partitionCount)
}

/** Members that left, or were not heard of for too long. What they held is free. */
export function leave(
  group: Group,
  memberIds: readonly string[],
  partitionCount: PartitionCount,
): Group {
  const members = new Map(group.members)
  for (const memberId of memberIds) members.delete(memberId)
  if (members.size === group.members.size) return group
  return reassigned({ epoch: group.epoch + 1, members }, partitionCount)
}

/** Partitions were added, or a topic is gone. A group whose targets stay as they are stays as it is. */
export function topicsChanged(group: Group, partitionCount: PartitionCount): Group {
  const next = reassigned({ ...group, epoch: group.epoch + 1 }, partitionCount)
  const isSame = [...next.members.values()].every(
    (member) => group.members.get(member.memberId) === member,
  )
  return isSame ? group : next
}

/** What members know of these partitions counts no more: the committed offsets were moved under them. */
export function forgetPositions(group: Group, keys: ReadonlySet<TopicPartition>): Group {
  const epoch = group.epoch + 1
  const members = new Map(group.members)
  for (const member of members.values()) {
    const moved = [...member.held].filter(([key]) => keys.has(key))
    if (moved.length === 0) continue
    const held = new Map(member.held)
    for (const [key, holding] of moved) held.set(key, { ...holding, sinceEpoch: epoch })
    members.set(member.memberId, { ...member, held })
  }
  return { epoch, members }
}

/**
 * A member is about to be answered. With `heardEpoch`, it has said that it is done with all that an answer of that
 * epoch came with: what it was told to let go of by then is free. It is told to let go of what it shall not have,
 * and gets what it shall have and nobody holds.
 */
export function advance(group: Group, memberId: string, heardEpoch: number | undefined): Group {
  const member = group.members.get(memberId)
  if (member === undefined || isSettled(member)) return group
  const held = new Map<TopicPartition, Holding>()
  for (const [key, holding] of member.held) {
    const { revokedEpoch } = holding
    if (revokedEpoch === undefined) {
      const isWanted = member.target.has(key)
      held.set(key, isWanted ? holding : { ...holding, revokedEpoch: group.epoch })
    } else if (heardEpoch === undefined || heardEpoch < revokedEpoch) {
      held.set(key, holding)
    }
  }
  for (const key of member.target) {
    if (!held.has(key) && isFree(group, key, memberId)) held.set(key, { sinceEpoch: group.epoch })
  }
  if (isSameMap(held, member.held)) return group
  return { ...group, members: withMember(group, { ...member, held }) }
}

/** Whether `advance` would have something for the member, though it has not been heard of again. */
export function hasNews(group: Group, memberId: string): boolean {
  return advance(group, memberId, undefined) !== group
}

const NOTHING: ReadonlySet<TopicPartition> = new Set()

function reassigned(group: Group, partitionCount: PartitionCount): Group {
  const targets = assign([...group.members.values()], partitionCount)
  const members = new Map<string, Member>()
  for (const member of group.members.values()) {
    const target = targets.get(member.memberId) ?? NOTHING
    const isSame = isSameSet(target, member.target)
    members.set(member.memberId, isSame ? member : { ...member, target })
  }
  return { ...group, members }
}

function withMember(group: Group, member: Member): ReadonlyMap<string, Member> {
  return new Map(group.members).set(member.memberId, member)
}

function isFree(group: Group, key: TopicPartition, memberId: string): boolean {
  for (const other of group.members.values()) {
    if (other.memberId !== memberId && other.held.has(key)) return false
  }
  return true
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index])
}

function isSameSet(one: ReadonlySet<TopicPartition>, other: ReadonlySet<TopicPartition>): boolean {
  if (one.size !== other.size) return false
  for (const key of one) if (!other.has(key)) return false
  return true
}

function isSameMap(
  one: ReadonlyMap<TopicPartition, Holding>,
  other: ReadonlyMap<TopicPartition, Holding>,
): boolean {
  if (one.size !== other.size) return false
  for (const [key, holding] of one) if (other.get(key) !== holding) return false
  return true
}
