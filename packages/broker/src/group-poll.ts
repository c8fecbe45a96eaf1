import type {
  GroupFetch,
  GroupPoll,
  GroupPollRequest,
  SkippedOffsets,
} from '@millrace/model/consumer-group'
import { LogError } from '@millrace/model/log-error'
import type { SealedCursor } from '@millrace/groups/cursors'
import type { GroupCursor } from '@millrace/groups/group-cursor'
import type { LiveGroup, Standing } from '@millrace/groups/live-group'
import { Bell } from './bell.ts'
import { expectGroupNameForUsers } from './group-name.ts'
import { commitProcessed } from './group-commit.ts'
import { fetchInTurn } from './group-fetch.ts'
import { findPositions, type GroupPosition, isHeldUp } from './group-positions.ts'
import { byTopic } from './group-topics.ts'
import type { BrokerParts } from './parts.ts'

/**
 * One call of a member: joins or goes on by its cursor, commits what came with that, lets go of what it was told to,
 * gets what is free and its own, and fetches. Waits for records, or for a change of what it has to read.
 */
export async function pollGroup(
  parts: BrokerParts,
  name: string,
  request: GroupPollRequest,
): Promise<GroupPoll> {
  expectGroupNameForUsers(name)
  const opened = await open(parts, name, request)
  const { live, memberId } = opened
  const { groups } = parts
  groups.heard(live, memberId, request.waitMs)
  try {
    return await answer(parts, opened, request)
  } catch (error) {
    // Nobody will ever know of that member.
    const isNameless = request.instanceId === undefined && request.memberId === undefined
    if (opened.sealed === undefined && isNameless) await groups.leave(live, memberId)
    throw error
  } finally {
    groups.heard(live, memberId)
  }
}

/** A member on the line. */
interface OpenPoll {
  readonly live: LiveGroup
  readonly memberId: string
  /** Since when it is what it is: that of its cursor, or of its joining. */
  readonly epoch: number
  readonly sealed: SealedCursor | undefined
}

async function open(
  parts: BrokerParts,
  name: string,
  request: GroupPollRequest,
): Promise<OpenPoll> {
  const { groups, cursors, topics } = parts
  const topicIds = request.topics?.map((topic) => topics.get(topic).id)
  if (request.cursor === null) {
    if (topicIds === undefined || topicIds.length === 0) {
      throw new LogError('INVALID_REQUEST', 'Who joins a group says which topics it wants to read.')
    }
    const { instanceId, memberId } = request
    const joined = await groups.join(name, { memberId, instanceId, topicIds: sorted(topicIds) })
    const { live, epoch, member } = joined
    return { live, memberId: member.memberId, epoch, sealed: undefined }
  }
  const sealed = cursors.open(name, request.cursor)
  const { memberId, epoch } = sealed.cursor
  const live = groups.find(name)
  if (live === undefined) throw new LogError('UNKNOWN_MEMBER', `Group ${name} has no members.`)
  live.standing(memberId, epoch)
  if (topicIds !== undefined) groups.subscribe(live, memberId, sorted(topicIds))
  return { live, memberId, epoch, sealed }
}

async function answer(
  parts: BrokerParts,
  { live, memberId, epoch, sealed }: OpenPoll,
  request: GroupPollRequest,
): Promise<GroupPoll> {
  const { groups, clock, waits } = parts
  const { signal, maxRecords } = request
  const untilMs = clock.monotonicMs() + request.waitMs
  const isSignOfLife = maxRecords === 0
  const cursor = sealed?.cursor
  const processed = isSignOfLife ? undefined : sealed
  if (processed !== undefined && request.commit === 'auto') {
    await commitProcessed(parts, live, processed)
  }
  for (;;) {
    const change = new Bell()
    const stops = [live.onChange(memberId, change.ring)]
    try {
      const standing = await groups.advance(live, { memberId, epoch }, processed?.cursor.epoch)
      expectTopic(parts, standing)
      // What holds it up may be over from here on.
      const stopProgress = live.onProgress(change.ring)
      stops.push(stopProgress)
      const where = { standing, cursor, start: request.start, passesGaps: !isSignOfLife }
      const found = await findPositions(parts, live, where)
      if (!found.positions.some(isHeldUp)) stopProgress()
      const fetched = await fetchInTurn(parts, found.positions, { ...request, turn: cursor?.turn })
      const poll = { parts, live, standing, ...found, fetched }
      const isNews = cursor === undefined || isOtherAssignment(found.positions, cursor)
      const hasSome = fetched.length > 0 || found.skipped.length > 0
      if (hasSome || isNews || isSignOfLife) return toAnswer(poll)
      const waitMs = untilMs - clock.monotonicMs()
      const readers = found.positions.filter((one) => one.isReadable && !isHeldUp(one))
      const limits = { waitMs, signal, change }
      if (!(await waits.forAny(readers, limits))) return toAnswer(poll)
    } finally {
      for (const stop of stops) stop()
    }
  }
}

interface AnswerParts {
  readonly parts: BrokerParts
  readonly live: LiveGroup
  readonly standing: Standing
  readonly positions: readonly GroupPosition[]
  readonly skipped: readonly SkippedOffsets[]
  readonly fetched: readonly (GroupFetch & { readonly index: number })[]
}

function toAnswer({ parts, live, standing, positions, skipped, fetched }: AnswerParts): GroupPoll {
  const { cursors, config } = parts
  const { member, epoch } = standing
  const { memberId } = member
  return {
    memberId,
    memberEpoch: epoch,
    assignment: byTopic(positions.filter(({ isRevoked }) => !isRevoked)),
    revoked: byTopic(positions.filter(({ isRevoked }) => isRevoked)),
    skipped,
    fetched,
    heartbeatIntervalMs: config.groupHeartbeatIntervalMs,
    cursorAt: (nextOffsets) => {
      const next = new Map(
        positions.map(({ key, offset, isRevoked }) => [key, { offset, isRevoked }]),
      )
      for (const [served, offset] of nextOffsets.entries()) {
        const position = positions[fetched[served]?.index ?? -1]
        if (position !== undefined) next.set(position.key, { offset, isRevoked: false })
      }
      const last = fetched[nextOffsets.length - 1]
      const turn = last === undefined ? 0 : last.index + 1
      return cursors.seal(live.name, { memberId, epoch, turn, positions: next })
    },
  }
}

/** The member has not heard of it: partitions came, or are to go. */
function isOtherAssignment(positions: readonly GroupPosition[], cursor: GroupCursor): boolean {
  let known = 0
  for (const { isRevoked } of cursor.positions.values()) if (!isRevoked) known++
  const assigned = positions.filter(({ isRevoked }) => !isRevoked)
  if (assigned.length !== known) return true
  return assigned.some(({ key }) => cursor.positions.get(key)?.isRevoked !== false)
}

/** Who has nothing left to read should know. UNKNOWN_TOPIC_OR_PARTITION. */
function expectTopic({ topics }: BrokerParts, { member }: Standing): void {
  if (member.topicIds.some((id) => topics.findById(id) !== undefined)) return
  throw new LogError(
    'UNKNOWN_TOPIC_OR_PARTITION',
    'The topics that this member reads were deleted. Poll with others, or leave the group.',
  )
}

/** Two lists of the same topics are the same wish. */
function sorted(topicIds: readonly string[]): readonly string[] {
  return [...new Set(topicIds)].sort()
}
