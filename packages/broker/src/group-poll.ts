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
  const { live, memberId, sealed } = opened
  const { groups, waits, clock } = parts
  const untilMs = clock.monotonicMs() + request.waitMs
  const change = new Bell()
  groups.heard(live, memberId, request.waitMs)
  live.onChange(memberId, change.ring)
  try {
    if (sealed !== undefined && request.commit === 'auto' && !isSignOfLife(request)) {
      await commitProcessed(parts, live, sealed)
    }
    for (;;) {
      change.reset()
      const { seen, isWorthTelling, readers } = await look(parts, opened, request, change)
      if (isWorthTelling) return toAnswer(seen)
      const limits = { waitMs: untilMs - clock.monotonicMs(), signal: request.signal, change }
      if (!(await waits.forRecords(readers, limits))) return toAnswer(seen)
    }
  } catch (error) {
    // Nobody will ever know of that member.
    const isNameless = request.instanceId === undefined && request.memberId === undefined
    if (sealed === undefined && isNameless) await groups.leave(live, memberId)
    throw error
  } finally {
    live.offChange(change.ring)
    live.offProgress(change.ring)
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

interface Look {
  readonly seen: AnswerParts
  readonly isWorthTelling: boolean
  /** What more may come to. */
  readonly readers: readonly GroupPosition[]
}

/** What there is for the member now; `change` rings when it may be something else. */
async function look(
  parts: BrokerParts,
  { live, memberId, epoch, sealed }: OpenPoll,
  request: GroupPollRequest,
  change: Bell,
): Promise<Look> {
  const cursor = sealed?.cursor
  const heardEpoch = isSignOfLife(request) ? undefined : cursor?.epoch
  const standing = await parts.groups.advance(live, { memberId, epoch }, heardEpoch)
  expectTopic(parts, standing)
  const { progress } = live
  const where = { standing, cursor, start: request.start, passesGaps: !isSignOfLife(request) }
  const { positions, skipped } = await findPositions(parts, live, where)
  if (positions.some(isHeldUp)) {
    live.onProgress(change.ring)
    // What holds it up may be over since it was looked at.
    if (live.progress !== progress) change.ring()
  }
  const fetched = await fetchInTurn(parts, positions, { ...request, turn: cursor?.turn })
  const isNews = cursor === undefined || isOtherAssignment(positions, cursor)
  const hasSome = fetched.length > 0 || skipped.length > 0
  return {
    seen: { parts, live, sealed, standing, positions, skipped, fetched },
    isWorthTelling: hasSome || isNews || isSignOfLife(request),
    readers: positions.filter((one) => one.isReadable && !isHeldUp(one)),
  }
}

/** It says nothing of what is processed. */
function isSignOfLife({ maxRecords }: GroupPollRequest): boolean {
  return maxRecords === 0
}

interface AnswerParts {
  readonly parts: BrokerParts
  readonly live: LiveGroup
  /** What the member came with. */
  readonly sealed: SealedCursor | undefined
  readonly standing: Standing
  readonly positions: readonly GroupPosition[]
  readonly skipped: readonly SkippedOffsets[]
  readonly fetched: readonly (GroupFetch & { readonly index: number })[]
}

function toAnswer(seen: AnswerParts): GroupPoll {
  const { parts, live, sealed, standing, positions, skipped, fetched } = seen
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
      const isSame = sealed?.cursor.epoch === epoch && isWhere(sealed.cursor, positions)
      if (isSame && nextOffsets.length === 0) return sealed.text
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

/** Nothing has happened since: it says all there is to say, again. */
function isWhere(cursor: GroupCursor, positions: readonly GroupPosition[]): boolean {
  if (positions.length !== cursor.positions.size) return false
  return positions.every(({ key, offset, isRevoked }) => {
    const known = cursor.positions.get(key)
    return known?.offset === offset && known.isRevoked === isRevoked
  })
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
