import assert from 'node:assert/strict'
import type { Clock } from '@millrace/disk/clock'
import type { LogConfig } from '@millrace/log/config'
import type { Log, LogId } from '@millrace/log/log'
import type { TopicConfigInput } from '@millrace/model/topic-config'
import { LogError } from '@millrace/model/log-error'
import { FIRST_OFFSET, OFFSET_MAX, type Offset } from '@millrace/model/offset'
import { Partitioner } from '@millrace/model/partitioner'
import type { RecordContent } from '@millrace/model/record'
import { isInternalTopic, partitionDirectoryName } from '@millrace/model/topic'
import type { Change } from '@millrace/storage/change'
import type { IndexedState } from '@millrace/storage/indexed-state'
import { textRecord } from '@millrace/storage/state-text'
import type { Storage } from '@millrace/storage/storage'
import { INTERNAL_CONFIG } from './internal-topics.ts'
import { OneAtATime } from '@millrace/storage/one-at-a-time'
import { noSuchTopic, type Topic } from './topic.ts'
import { changed, completed } from './topic-config.ts'
import { drawTopicId } from './topic-id.ts'
import { collisionKey } from './topic-name.ts'
import {
  decodeTopic,
  encodeTopic,
  type StoredTopic,
  TOPIC_PREFIX,
  topicKey,
} from './topic-record.ts'

/**
 * Every topic, in memory; each change of one is a record of `__topics` in the same append as what it does to
 * the logs. Changes are made one at a time.
 */
export class TopicStore {
  readonly #storage: Storage
  readonly #state: IndexedState
  readonly #clock: Clock
  readonly #defaults: LogConfig
  readonly #topics = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()
  readonly #byCollisionKey = new Map<string, string>()
  readonly #changes = new OneAtATime()
  #sortedNames: readonly string[] | undefined
  #partitionCount = 0

  /** Reads them all. DATA_DIRECTORY_DAMAGED when a partition's log is not there. */
  constructor(storage: Storage, state: IndexedState, clock: Clock, defaults: LogConfig) {
    this.#storage = storage
    this.#state = state
    this.#clock = clock
    this.#defaults = defaults
    for (const { key, value } of state.range({ prefix: TOPIC_PREFIX, limit: Infinity })) {
      const topic = this.#toTopic(decodeTopic(key, value))
      for (const log of topic.logs) storage.configureLog(log.id, topic.config)
      this.#put(topic)
    }
  }

  get count(): number {
    return this.#topics.size
  }

  /** Of all topics. */
  get partitionCount(): number {
    return this.#partitionCount
  }

  /** UNKNOWN_TOPIC_OR_PARTITION. */
  get(name: string): Topic {
    const topic = this.#topics.get(name)
    if (topic !== undefined) return topic
    throw noSuchTopic(name, this.names())
  }

  find(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  /** Undefined as well for a topic of Millrace's own. */
  findWritable(name: string): Topic | undefined {
    const topic = this.#topics.get(name)
    return topic?.isInternal === true ? undefined : topic
  }

  findById(id: string): Topic | undefined {
    return this.#byId.get(id)
  }

  /** As they are now, for those who take their time. */
  all(): readonly Topic[] {
    return [...this.#topics.values()]
  }

  /** In the order of their names. */
  names(): readonly string[] {
    this.#sortedNames ??= [...this.#topics.keys()].sort()
    return this.#sortedNames
  }

  /** A topic that exists whose name is nearly this one, so that both may not. */
  namesake(name: string): string | undefined {
    return this.#byCollisionKey.get(collisionKey(name))
  }

  /** Runs when no other change of a topic is under way: what `change` looks at stays so. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    return this.#changes.run(change)
  }

  /** Only in turn. The name is free, the numbers are within limits. */
  async create(name: string, partitions: number, given: TopicConfigInput): Promise<Topic> {
    const id = drawTopicId()
    const logs = this.#drawLogIds(partitions)
    const stored = { name, id, logs, config: changed({}, given), growths: [] }
    const config = completed(given, this.#defaults)
    await this.#appendWithNew(stored, config, stored.logs)
    const topic = this.#toTopic(stored)
    this.#put(topic)
    return topic
  }

  /** Only in turn. In one append: the settings that are named, and partitions added up to `partitions` of them. */
  async alter(before: Topic, partitions: number, input: TopicConfigInput): Promise<Topic> {
    const topic = isGrowing(before) ? await this.#noteGrowth(before) : before
    const added = this.#drawLogIds(partitions - topic.logs.length)
    const logs = [...idsOf(topic.logs), ...added]
    const growths =
      added.length === 0 ? topic.growths : [...topic.growths, { from: topic.logs.length }]
    const stored = { ...storedOf(topic), logs, config: changed(topic.given, input), growths }
    await this.#appendWithNew(stored, completed(stored.config, this.#defaults), added)
    const next = this.#replace(topic, stored)
    for (const { id } of next.logs) this.#storage.configureLog(id, next.config)
    // At once: what is appended before it was routed to the partitions that there were, what comes after to all.
    return added.length === 0 ? next : this.#noteGrowth(next)
  }

  /** Only in turn. A crash came between a growth and its end: what there is was appended before it. */
  async completeGrowths(): Promise<void> {
    for (const topic of this.all()) {
      if (isGrowing(topic)) await this.#noteGrowth(topic)
    }
  }

  /** Where the partitions of before the last growth end: what is appended before this call is before it. */
  async #noteGrowth(topic: Topic): Promise<Topic> {
    const before = topic.growths.slice(0, -1)
    const from = topic.growths.at(-1)?.from ?? 0
    // A log start that is not raised changes nothing, and answers with where the log ends.
    const marks = topic.logs.slice(0, from).map(({ id }): Change => {
      return { kind: 'logStart', log: id, logStartOffset: FIRST_OFFSET }
    })
    const storedWith = (ends: readonly Offset[]) => {
      return { ...storedOf(topic), growths: [...before, { from, ends }] }
    }
    const longest = encodeTopic(storedWith(marks.map(() => OFFSET_MAX)))
    const maxBytes = longest.length + topicKey(topic.name).length
    let stored = storedOf(topic)
    await this.#state.appendDerived(marks, maxBytes, (outcomes) => {
      stored = storedWith(outcomes.map(({ baseOffset }) => baseOffset))
      return this.#recordOf(topic.name, encodeTopic(stored))
    })
    return this.#replace(topic, stored)
  }

  /**
   * Only in turn. Logs without a topic become partitions of the one of that name, which is made with `given`
   * where there is none. Partitions in between that have no log are made, empty.
   */
  async adopt(
    name: string,
    logs: ReadonlyMap<number, LogId>,
    given: TopicConfigInput,
  ): Promise<Topic> {
    const existing = this.#topics.get(name)
    const before =
      existing === undefined
        ? { name, id: drawTopicId(), logs: [], config: given, growths: [] }
        : storedOf(existing)
    const count = Math.max(
      before.logs.length,
      ...[...logs.keys()].map((partition) => partition + 1),
    )
    const missing: LogId[] = []
    const all = Array.from({ length: count }, (_, partition) => {
      const log = before.logs[partition] ?? logs.get(partition)
      if (log !== undefined) return log
      const [drawn] = this.#drawLogIds(1)
      assert(drawn !== undefined)
      missing.push(drawn)
      return drawn
    })
    const stored = { ...before, logs: all }
    const config = completed(stored.config, this.#defaults)
    await this.#appendWithNew(stored, config, missing)
    for (const id of all) this.#storage.configureLog(id, config)
    if (existing !== undefined) return this.#replace(existing, stored)
    const topic = this.#toTopic(stored)
    this.#put(topic)
    return topic
  }

  /** Only in turn. From the call on nobody finds the topic; its logs are gone when it resolves. */
  async remove(topic: Topic): Promise<void> {
    this.#drop(topic)
    const removals = topic.logs.map(({ id }) => ({ kind: 'remove', log: id }) as const)
    try {
      await this.#state.append([this.#recordOf(topic.name, null)], removals)
    } catch (error) {
      if (isNotAppended(error)) this.#put(topic)
      throw error
    }
  }

  #drawLogIds(count: number): readonly LogId[] {
    return Array.from({ length: count }, () => this.#storage.allocateLogId())
  }

  /** The topic with its new logs, or nothing of either: their names are free again when it fails. */
  async #appendWithNew(
    topic: StoredTopic,
    config: LogConfig,
    logs: readonly LogId[],
  ): Promise<void> {
    try {
      await this.#prepareLogs(topic, config, logs)
      await this.#append(topic, logs.map(creation))
    } catch (error) {
      if (isNotAppended(error)) for (const log of logs) await this.#storage.discardLog(log)
      throw error
    }
  }

  /** None is under way any more when it ends, well or not. */
  async #prepareLogs(topic: StoredTopic, config: LogConfig, logs: readonly LogId[]): Promise<void> {
    for (let first = 0; first < logs.length; first += PREPARED_AT_ONCE) {
      const some = logs.slice(first, first + PREPARED_AT_ONCE)
      const results = await Promise.allSettled(
        some.map((log) => {
          const directory = partitionDirectoryName(topic.name, topic.logs.indexOf(log))
          return this.#storage.prepareLog({ log, directory, topicId: topic.id, config })
        }),
      )
      for (const result of results) if (result.status === 'rejected') throw result.reason
    }
  }

  async #append(topic: StoredTopic, changes: readonly Change[]): Promise<void> {
    await this.#state.append([this.#recordOf(topic.name, encodeTopic(topic))], changes)
  }

  #recordOf(name: string, value: Uint8Array | null): RecordContent {
    return textRecord(this.#clock, topicKey(name), value)
  }

  #toTopic(stored: StoredTopic, partitioner = new Partitioner(Math.random)): Topic {
    const { name, id, config: given, growths } = stored
    const isInternal = isInternalTopic(name)
    const config = completed(given, isInternal ? INTERNAL_CONFIG : this.#defaults)
    const logs = stored.logs.map((log, partition) => this.#openedLog(log, name, partition))
    return { name, id, isInternal, given, config, logs, growths, partitioner }
  }

  #openedLog(id: LogId, name: string, partition: number): Log {
    const log = this.#storage.log(id)
    if (log !== undefined) return log
    throw new LogError(
      'DATA_DIRECTORY_DAMAGED',
      `The log of partition ${partition} of topic ${name} is not there.`,
    )
  }

  #put(topic: Topic): void {
    this.#topics.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    this.#byCollisionKey.set(collisionKey(topic.name), topic.name)
    this.#partitionCount += topic.logs.length
    this.#sortedNames = undefined
  }

  #drop(topic: Topic): void {
    this.#topics.delete(topic.name)
    this.#byId.delete(topic.id)
    this.#byCollisionKey.delete(collisionKey(topic.name))
    this.#partitionCount -= topic.logs.length
    this.#sortedNames = undefined
  }

  #replace(topic: Topic, stored: StoredTopic): Topic {
    const next = this.#toTopic(stored, topic.partitioner)
    this.#drop(topic)
    this.#put(next)
    return next
  }
}

/** It has more partitions, and where it had fewer is not written down yet: that failed, or is under way. */
export function isGrowing({ growths }: Topic): boolean {
  const last = growths.at(-1)
  return last !== undefined && last.ends === undefined
}

/** Directories are made, and synced, a few at a time: the threads are also the journal's. */
const PREPARED_AT_ONCE = 4

function storedOf({ name, id, logs, given, growths }: Topic): StoredTopic {
  return { name, id, logs: idsOf(logs), config: given, growths }
}

function idsOf(logs: readonly Log[]): readonly LogId[] {
  return logs.map(({ id }) => id)
}

function creation(log: LogId): Change {
  return { kind: 'create', log }
}

function isNotAppended(error: unknown): boolean {
  return error instanceof LogError && error.fields.appended !== 'unknown'
}
