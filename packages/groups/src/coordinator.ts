import { randomBytes } from 'node:crypto'
import type { Clock } from '@millrace/disk/clock'
import { LogError } from '@millrace/model/log-error'
import type { GroupsConfig } from './config.ts'
import type { GroupStore } from './group-store.ts'
import {
  advance,
  forgetPositions,
  join,
  leave,
  NO_GROUP,
  subscribe,
  topicsChanged,
} from './group.ts'
import { LiveGroup, type Standing } from './live-group.ts'
import type { PartitionCount, TopicPartition } from './topic-partition.ts'

export interface CoordinatorParts {
  readonly store: GroupStore
  readonly clock: Clock
  readonly config: GroupsConfig
  readonly partitionCount: PartitionCount
  /** Told of what could not be written down while nobody waits for it. */
  readonly onFailure: (error: unknown) => void
}

/** Who comes. */
export interface Joining {
  /** Its own choice, so that it is the same member when it has to ask twice. */
  readonly memberId: string | undefined
  readonly instanceId: string | undefined
  readonly topicIds: readonly string[]
}

/** All groups that have, or had, members; each change of one is on disk when the call that makes it resolves. */
export class Coordinator {
  readonly #parts: CoordinatorParts
  readonly #groups = new Map<string, LiveGroup>()
  #cancelSweep: (() => void) | undefined
  #isStopped = false

  /** Nobody was heard of while there was no process: sessions begin anew. */
  constructor(parts: CoordinatorParts) {
    this.#parts = parts
    const nowMs = parts.clock.monotonicMs()
    for (const [name, group] of parts.store.load()) {
      const live = this.#add(name, group)
      for (const memberId of group.members.keys()) live.sessions.heard(memberId, nowMs)
      live.become(topicsChanged(group, parts.partitionCount))
    }
    this.#sweepLater()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelSweep?.()
  }

  find(name: string): LiveGroup | undefined {
    return this.#groups.get(name)
  }

  /** In no order. */
  all(): Iterable<LiveGroup> {
    return this.#groups.values()
  }

  /** GROUP_MAX_SIZE_REACHED. */
  async join(name: string, joining: Joining): Promise<Standing & { readonly live: LiveGroup }> {
    const { groupsMax, membersMax } = this.#parts.config
    if (!this.#groups.has(name) && this.#groups.size >= groupsMax) {
      throw new LogError(
        'GROUP_MAX_SIZE_REACHED',
        `There are ${groupsMax} groups already (broker.groupsMax). Delete those that are not needed any more.`,
      )
    }
    const live =
      this.#groups.get(name) ??
      this.#add(name, { ...NO_GROUP, epoch: this.#parts.store.firstEpoch() })
    const memberId = memberIdOf(live, joining)
    if (!live.group.members.has(memberId) && live.group.members.size >= membersMax) {
      throw new LogError(
        'GROUP_MAX_SIZE_REACHED',
        `${name} has ${membersMax} members already (broker.groupMembersMax).`,
      )
    }
    const { instanceId, topicIds } = joining
    const who = { memberId, instanceId, topicIds }
    live.become(join(live.group, who, this.#parts.partitionCount))
    this.heard(live, memberId)
    const standing = live.standing(memberId, live.group.epoch)
    await live.saved()
    return { live, ...standing }
  }

  /** A member is there, and will stay on the line for so long. */
  heard(live: LiveGroup, memberId: string, staysMs = 0): void {
    if (!live.group.members.has(memberId)) return
    live.sessions.heard(memberId, this.#parts.clock.monotonicMs(), staysMs)
  }

  /** What the member wants to read, if that is something else than before. */
  subscribe(live: LiveGroup, memberId: string, topicIds: readonly string[]): void {
    live.become(subscribe(live.group, memberId, topicIds, this.#parts.partitionCount))
  }

  /** Before a member is answered: see `group`'s `advance`. UNKNOWN_MEMBER, FENCED_MEMBER_EPOCH. */
  async advance(
    live: LiveGroup,
    who: { readonly memberId: string; readonly epoch: number },
    heardEpoch: number | undefined,
  ): Promise<Standing> {
    live.standing(who.memberId, who.epoch)
    live.become(advance(live.group, who.memberId, heardEpoch))
    // As it is now, and not as others will have made it when it is on disk: of that the member is not told.
    const standing = live.standing(who.memberId, who.epoch)
    await live.saved()
    return standing
  }

  /** UNKNOWN_MEMBER. Its partitions are free at once. */
  async leave(live: LiveGroup, memberId: string): Promise<void> {
    live.standing(memberId, live.group.epoch)
    live.become(leave(live.group, [memberId], this.#parts.partitionCount))
    await live.saved()
  }

  /** Moves committed offsets while nobody commits, or reads, by what was known before. */
  async move<Result>(
    live: LiveGroup,
    keys: readonly TopicPartition[],
    commit: () => Promise<Result>,
  ): Promise<Result> {
    return live.suspended(keys, async () => {
      const result = await commit()
      live.become(forgetPositions(live.group, new Set(keys)))
      live.growthsPassed.clear()
      await live.saved()
      return result
    })
  }

  /** Partitions were added, or a topic is gone. */
  topicsChanged(): void {
    for (const live of this.#groups.values()) {
      live.become(topicsChanged(live.group, this.#parts.partitionCount))
      live.wakeAll()
      this.#saveUnasked(live)
    }
  }

  /** A group without members: as if it had never had one. */
  async remove(live: LiveGroup): Promise<void> {
    await this.#parts.store.remove(live.name, live.group.epoch)
    if (live.group.members.size === 0) this.#groups.delete(live.name)
  }

  #add(name: string, group: LiveGroup['group']): LiveGroup {
    const { store, config } = this.#parts
    const live = new LiveGroup(name, group, store, config.sessionTimeoutMs)
    this.#groups.set(name, live)
    return live
  }

  #sweepLater(): void {
    const { clock, config } = this.#parts
    this.#cancelSweep = clock.schedule(config.sessionTimeoutMs / SWEEPS, () => {
      if (this.#isStopped) return
      this.#sweep(clock.monotonicMs())
      this.#sweepLater()
    })
  }

  #sweep(nowMs: number): void {
    for (const live of this.#groups.values()) {
      const expired = live.sessions.expired(nowMs)
      if (expired.length === 0) continue
      for (const memberId of expired) live.sessions.forget(memberId)
      live.become(leave(live.group, expired, this.#parts.partitionCount))
      this.#saveUnasked(live)
    }
  }

  #saveUnasked(live: LiveGroup): void {
    live.saved().catch(this.#parts.onFailure)
  }
}

/** In one session: silence is noticed this much of it late at most. */
const SWEEPS = 30

/** A static member is known by its instance, any other by the name that it chose or is given now. */
function memberIdOf(live: LiveGroup, { memberId, instanceId }: Joining): string {
  if (instanceId !== undefined) {
    for (const member of live.group.members.values()) {
      if (member.instanceId === instanceId) return member.memberId
    }
  }
  return memberId ?? drawMemberId()
}

function drawMemberId(): string {
  return randomBytes(ID_SIZE).toString('hex')
}

const ID_SIZE = 10
