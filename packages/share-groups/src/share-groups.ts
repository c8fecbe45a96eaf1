import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { LogError } from '@millrace/model/log-error'
import type { RecordContent } from '@millrace/model/record'
import type { Redriven, ShareGroupDescription, ShareLag } from '@millrace/model/share-group'
import { describeShareGroup, stateOf } from './describing.ts'
import { type BetweenTurns, LiveShareGroup } from './live-share-group.ts'
import { redrive, type RedriveTarget } from './redrive.ts'
import { ShareLedger } from './share-ledger.ts'
import type { ShareParts, ShareTopic } from './share-parts.ts'
import { stateKey } from './share-record.ts'
import type { ShareGroup, ShareSettings } from './share-settings.ts'
import { encodeSnapshot } from './share-snapshot.ts'

/** What a group shall be. */
export interface WantedShareGroup {
  readonly topics: readonly ShareTopic[]
  /** In topics that it does not have yet. */
  readonly start: 'earliest' | 'latest'
  readonly settings: ShareSettings
}

/** All share groups of a store. */
export class ShareGroups {
  readonly #parts: ShareParts
  readonly #groups = new Map<string, LiveShareGroup>()
  #isStopped = false

  static async open(parts: ShareParts): Promise<ShareGroups> {
    const groups = new ShareGroups(parts)
    const ids = new Set<string>()
    for (const { name, group } of parts.store.groups()) {
      ids.add(group.id)
      groups.#groups.set(name, new LiveShareGroup(parts, name, group))
    }
    // A crash may have come between a group's end and that of what it knew.
    await parts.store.removeLeftovers(ids)
    for (const live of groups.all()) live.load()
    return groups
  }

  private constructor(parts: ShareParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#groups.size
  }

  /** In no order. */
  all(): Iterable<LiveShareGroup> {
    return this.#groups.values()
  }

  /** UNKNOWN_GROUP. */
  get(name: string): LiveShareGroup {
    const live = this.#groups.get(name)
    if (live !== undefined) return live
    throw new LogError('UNKNOWN_GROUP', `There is no share group ${name}.`, { shareGroup: name })
  }

  /** In the order of their names. */
  names(): readonly string[] {
    return [...this.#groups.keys()].sort()
  }

  /** Makes it, or makes it so. One at a time. GROUP_MAX_SIZE_REACHED. */
  async put(name: string, wanted: WantedShareGroup): Promise<{ readonly created: boolean }> {
    const live = this.#groups.get(name)
    if (live !== undefined) {
      await live.between((at) => this.#alter(live, wanted, at))
      return { created: false }
    }
    const { groupsMax } = this.#parts.config
    if (this.#groups.size >= groupsMax) {
      throw new LogError(
        'GROUP_MAX_SIZE_REACHED',
        `There are ${groupsMax} share groups already (broker.shareGroupsMax). Delete those that are not needed any more.`,
      )
    }
    const id = randomBytes(ID_SIZE).toString('base64url')
    const group = { id, topicIds: idsOf(wanted.topics), settings: wanted.settings }
    await this.#save(name, group, wanted.topics, wanted.start)
    this.#groups.set(name, new LiveShareGroup(this.#parts, name, group))
    return { created: true }
  }

  /** One at a time, and not beside `put`. */
  async remove(name: string): Promise<void> {
    const live = this.get(name)
    const { store } = this.#parts
    await live.between(async () => {
      await store.append([store.groupRecord(name, null)])
    })
    this.#groups.delete(name)
    const gone = `Share group ${name} was deleted.`
    await live.end(new LogError('UNKNOWN_GROUP', gone, { shareGroup: name }))
    await store.removeGroup(live.group.id)
  }

  describe(name: string): Promise<ShareGroupDescription> {
    const live = this.get(name)
    return live.between(async (at) => {
      return describeShareGroup(this.#parts, name, at, live.deadLetterProblem)
    })
  }

  /** How far each group is in each partition, as it is in memory: at most so many. */
  lag(max: number): readonly ShareLag[] {
    const lags: ShareLag[] = []
    for (const { name, partitions } of this.#groups.values()) {
      for (const partition of partitions.all) {
        if (lags.length >= max) return lags
        const state = stateOf(this.#parts, partition)
        const { topic, unsettled, acquired, deadLetters, expired, unreadable, parkedKeys } = state
        const counts = { unsettled, acquired, deadLetters, expired, unreadable, parkedKeys }
        lags.push({ group: name, topic, partition: state.partition, ...counts })
      }
    }
    return lags
  }

  redrive(name: string, target: RedriveTarget): Promise<Redriven> {
    return this.get(name).between((at) => redrive(this.#parts, target, at))
  }

  /** Partitions were added, a topic is gone, or a log begins elsewhere. */
  topicsChanged(): void {
    if (this.#isStopped) return
    for (const live of this.#groups.values()) live.changed()
  }

  /** What is known of logs that are gone. */
  async removeTopic(topic: ShareTopic): Promise<void> {
    for (const { group } of this.#groups.values()) {
      if (!group.topicIds.includes(topic.id)) continue
      await this.#parts.store.removePartitions(group.id, idsOf(topic.logs))
    }
  }

  stop(): void {
    this.#isStopped = true
    for (const live of this.#groups.values()) live.stop()
  }

  async #alter(
    live: LiveShareGroup,
    { topics, start, settings }: WantedShareGroup,
    { group }: BetweenTurns,
  ): Promise<void> {
    const next = { id: group.id, topicIds: idsOf(topics), settings }
    // What is declared again and again changes nothing.
    if (isDeepStrictEqual(next, group)) return
    const added = topics.filter(({ id }) => !group.topicIds.includes(id))
    await this.#save(live.name, next, added, start)
    live.become(next)
    const left = group.topicIds.filter((id) => !next.topicIds.includes(id))
    const gone = left.flatMap((id) => this.#parts.topics.findById(id)?.logs ?? [])
    await this.#parts.store.removePartitions(group.id, idsOf(gone))
  }

  /** With where it begins in the topics that are new to it. */
  async #save(
    name: string,
    group: ShareGroup,
    added: readonly ShareTopic[],
    start: WantedShareGroup['start'],
  ): Promise<void> {
    const { store } = this.#parts
    const records: RecordContent[] = [store.groupRecord(name, group)]
    const logs = added.flatMap((topic) => topic.logs)
    // It may have had the topic before, and a crash have come before that was forgotten.
    const known = logs.filter(({ id }) => store.find(group.id, id) !== undefined)
    await store.removePartitions(group.id, idsOf(known))
    for (const log of logs) {
      const ledger = ShareLedger.startingAt(
        start === 'latest' ? log.highWatermark : log.logStartOffset,
      )
      records.push(store.recordOf(stateKey(group.id, log.id), encodeSnapshot(ledger, 1, 0)))
    }
    await store.append(records)
  }
}

const ID_SIZE = 16

function idsOf<Id>(all: readonly { readonly id: Id }[]): readonly Id[] {
  return all.map(({ id }) => id)
}
