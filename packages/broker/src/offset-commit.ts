import type { Log } from '@millrace/log/log'
import type {
  CommittedOffset,
  GroupMember,
  OffsetHistoryFilter,
  OffsetHistoryPage,
  OffsetToCommit,
} from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { type Offset, toOffset } from '@millrace/model/offset'
import { type Committer, TEXT_BYTES_MAX } from '@millrace/offsets/committed-offset'
import type { StoredOffset } from '@millrace/offsets/offset-store'
import { expectMayCommit } from './group-commit.ts'
import { expectGroupName, expectGroupNameForUsers } from './group-name.ts'
import { lagOf } from './lag.ts'
import type { BrokerParts } from './parts.ts'
import { logOf, type Topic } from './topic.ts'
import type { TopicStore } from './topic-store.ts'

/**
 * All or nothing; on disk when it resolves. OFFSET_OUT_OF_RANGE beyond a log's end; going back is allowed.
 * FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER.
 */
export async function commitOffsets(
  parts: BrokerParts,
  group: string,
  commits: readonly OffsetToCommit[],
  member?: GroupMember,
): Promise<void> {
  expectGroupNameForUsers(group)
  const { topics, offsets, clock } = parts
  const committedAt = clock.nowMs()
  const by: Committer =
    member === undefined ? { kind: 'nobody' } : { kind: 'member', memberId: member.memberId }
  if (member !== undefined) expectShort(member.memberId, 'A member id')
  const stored = commits.map((commit, index): StoredOffset => {
    const { partition, offset, metadata = '' } = commit
    const topic = expectCommittable(topics, commit, index)
    const key = { group, topicId: topic.id, partition }
    return { ...key, commit: { offset, metadata, committedAt, by } }
  })
  expectMayCommit(parts, group, stored, member)
  await offsets.commit(stored)
  const live = parts.groups.find(group)
  // It may have gone back to before a growth.
  live?.growthsPassed.clear()
  live?.progressed()
}

/** The topic of the commit. What is wrong with it is told with its place in the list. */
function expectCommittable(topics: TopicStore, commit: OffsetToCommit, index: number): Topic {
  try {
    const topic = topics.get(commit.topic)
    expectReached(logOf(topic, commit.partition), commit.offset)
    expectShort(commit.metadata ?? '', 'Metadata')
    return topic
  } catch (error) {
    if (!(error instanceof LogError)) throw error
    throw new LogError(error.code, error.detail, { ...error.fields, index, appended: false })
  }
}

function expectReached(log: Log, offset: Offset): void {
  const { logStartOffset, highWatermark, logEndOffset } = log
  if (offset <= logEndOffset) return
  throw new LogError(
    'OFFSET_OUT_OF_RANGE',
    `${log.name} ends at ${logEndOffset}; ${offset} cannot be committed.`,
    { logStartOffset, highWatermark, logEndOffset },
  )
}

/** In the order of topics' names and partitions. None for a group that never committed. */
export async function committedOffsets(
  parts: BrokerParts,
  group: string,
  filter: { readonly topic?: string },
): Promise<readonly CommittedOffset[]> {
  expectGroupName(group)
  const found: CommittedOffset[] = []
  for (const { topic, stored } of offsetsOfGroup(parts, group, filter)) {
    const { partition, commit } = stored
    const log = topic.logs[partition]
    if (log === undefined) continue
    const { offset, metadata, committedAt } = commit
    const { highWatermark, logStartOffset } = log
    const lag = await lagOf(log, offset, parts.clock)
    const place = { topic: topic.name, partition, offset, metadata, committedAt }
    found.push({ ...place, highWatermark, logStartOffset, ...lag })
  }
  return found.sort(byTopicAndPartition)
}

/** Takes a group's committed offsets back. UNKNOWN_GROUP when it has none, GROUP_NOT_EMPTY while it has members. */
export async function deleteOffsets(
  parts: BrokerParts,
  group: string,
  filter: { readonly topic?: string },
): Promise<void> {
  expectGroupNameForUsers(group)
  const { offsets, clock, logger } = parts
  if (!offsets.isKnown(group)) throw unknownGroup(group)
  expectEmpty(parts, group)
  const keys = [...offsetsOfGroup(parts, group, filter)].map(({ stored }) => stored)
  for (let first = 0; first < keys.length; first += REMOVED_AT_ONCE) {
    await offsets.remove(keys.slice(first, first + REMOVED_AT_ONCE), clock.nowMs())
  }
  parts.groups.find(group)?.growthsPassed.clear()
  logger.info({ group, ...filter, partitions: keys.length }, 'committed offsets deleted')
}

/** Newest first. A page may be short, or empty, and yet have a `next`. */
export async function offsetHistory(
  { topics, offsets }: BrokerParts,
  group: string,
  filter: OffsetHistoryFilter,
): Promise<OffsetHistoryPage> {
  expectGroupName(group)
  const topicId = filter.topic === undefined ? undefined : topics.get(filter.topic).id
  const below = filter.after === undefined ? undefined : parseAfter(filter.after)
  const { entries, next } = await offsets.history({
    group,
    limit: filter.limit,
    ...(below !== undefined && { below }),
    isWanted: (key) =>
      (topicId ?? key.topicId) === key.topicId &&
      (filter.partition ?? key.partition) === key.partition &&
      topics.findById(key.topicId) !== undefined,
  })
  const commits = entries.map(({ topicId: id, partition, commit, atMs }) => ({
    topic: topics.findById(id)?.name ?? '',
    partition,
    offset: commit?.offset ?? null,
    metadata: commit?.metadata ?? '',
    committedAt: atMs,
    by: commit === undefined ? null : nameOf(commit.by),
  }))
  return next === undefined ? { commits } : { commits, next: String(next) }
}

/** With their topics: those of a topic that is gone are not told. */
function* offsetsOfGroup(
  { topics, offsets }: BrokerParts,
  group: string,
  filter: { readonly topic?: string },
): Generator<{ readonly topic: Topic; readonly stored: StoredOffset }> {
  const topicId = filter.topic === undefined ? undefined : topics.get(filter.topic).id
  for (const stored of offsets.ofGroup(group, topicId)) {
    const topic = topics.findById(stored.topicId)
    if (topic !== undefined) yield { topic, stored }
  }
}

export function unknownGroup(group: string): LogError {
  return new LogError('UNKNOWN_GROUP', `There is no group ${JSON.stringify(group)}.`)
}

/** GROUP_NOT_EMPTY: its members read by what is committed. */
export function expectEmpty({ groups }: BrokerParts, group: string): void {
  const members = groups.find(group)?.group.members
  if (members === undefined || members.size === 0) return
  throw new LogError('GROUP_NOT_EMPTY', `Group ${group} has ${members.size} of them.`)
}

/** Of one append. */
const REMOVED_AT_ONCE = 10_000

function nameOf(by: Committer): string | null {
  switch (by.kind) {
    case 'nobody':
      return null
    case 'member':
      return by.memberId
    case 'reset':
      return 'reset'
  }
}

function parseAfter(after: string): Offset {
  const offset = /^[0-9]{1,16}$/.test(after) ? toOffset(Number(after)) : undefined
  if (offset !== undefined) return offset
  throw new LogError('INVALID_REQUEST', '`after` is what a page before named as `next`.')
}

function expectShort(text: string, what: string): void {
  if (Buffer.byteLength(text) <= TEXT_BYTES_MAX) return
  throw new LogError('INVALID_REQUEST', `${what} has ${TEXT_BYTES_MAX} bytes of UTF-8 at most.`)
}

function byTopicAndPartition(one: CommittedOffset, other: CommittedOffset): number {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1
  return one.partition - other.partition
}
