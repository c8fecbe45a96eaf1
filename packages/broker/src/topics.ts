import type { TopicDescription, TopicPage, TopicPageRequest } from '@millrace/model/broker'
import type { TopicConfigInput } from '@millrace/model/topic-config'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { BrokerParts } from './parts.ts'
import { isGrowing } from './topic-store.ts'
import { describe, logOf, type Topic } from './topic.ts'
import { differences, expectTopicConfig } from './topic-config.ts'
import { expectNameForUsers } from './topic-name.ts'

export function listTopics({ topics }: BrokerParts, request: TopicPageRequest): TopicPage {
  const { prefix = '', after = '', limit } = request
  const names: string[] = []
  for (const name of topics.names()) {
    if (name <= after || !name.startsWith(prefix)) continue
    names.push(name)
    if (names.length > limit) break
  }
  const page = names.slice(0, limit).map((name) => {
    const { id, logs, isInternal } = topics.get(name)
    return { name, id, partitions: logs.length, internal: isInternal }
  })
  const last = page.at(-1)
  return names.length > limit && last !== undefined
    ? { topics: page, next: last.name }
    : { topics: page }
}

/** What is asked of a topic that is made or altered. */
export interface WantedTopic {
  readonly partitions?: number
  readonly config?: TopicConfigInput
}

export async function createTopic(
  parts: BrokerParts,
  name: string,
  wanted: WantedTopic,
): Promise<{ readonly topic: TopicDescription; readonly created: boolean }> {
  expectNameForUsers(name)
  const given = wanted.config ?? {}
  expectTopicConfig(given)
  await expectDeadLetterTopics(parts, name, given)
  const { topics, config, logger } = parts
  return topics.inTurn(async () => {
    const existing = topics.find(name)
    if (existing !== undefined) {
      expectSame(existing, wanted, parts)
      return { topic: describe(existing), created: false }
    }
    const partitions = wanted.partitions ?? config.defaultPartitions
    expectNoNamesake(parts, name)
    expectPartitions(parts, partitions, partitions)
    const topic = await topics.create(name, partitions, given)
    logger.info({ topic: name, partitions, config: given }, 'topic created')
    return { topic: describe(topic), created: true }
  })
}

export async function alterTopic(
  parts: BrokerParts,
  name: string,
  change: WantedTopic,
): Promise<{ readonly topic: TopicDescription; readonly warnings: readonly string[] }> {
  const { topics, groups, shares, logger } = parts
  // Before others are made for it.
  topics.get(name)
  expectNameForUsers(name)
  if (change.config !== undefined) {
    expectTopicConfig(change.config)
    await expectDeadLetterTopics(parts, name, change.config)
  }
  return topics.inTurn(async () => {
    const topic = topics.get(name)
    expectNameForUsers(name)
    const before = topic.logs.length
    const partitions = change.partitions ?? before
    if (partitions < before) {
      throw new LogError(
        'PARTITIONS_CANNOT_SHRINK',
        `${name} has ${before} partitions, more than ${partitions}.`,
      )
    }
    expectPartitions(parts, partitions, partitions - before)
    if (partitions === before && change.config === undefined && !isGrowing(topic)) {
      return { topic: describe(topic), warnings: [] }
    }
    const altered = await topics.alter(topic, partitions, change.config ?? {})
    logger.info({ topic: name, partitions, config: altered.given }, 'topic altered')
    if (altered.logs.length > before || isGrowing(topic)) {
      groups.topicsChanged()
      shares.topicsChanged()
    }
    const warnings = partitions > before ? [KEYS_ARE_REMAPPED] : []
    return { topic: describe(altered), warnings }
  })
}

export async function deleteTopic(parts: BrokerParts, name: string): Promise<void> {
  const { topics, offsets, groups, shares, clock, logger } = parts
  await topics.inTurn(async () => {
    const topic = topics.get(name)
    expectNameForUsers(name)
    await topics.remove(topic)
    groups.topicsChanged()
    shares.topicsChanged()
    logger.info({ topic: name }, 'topic deleted')
    // Offsets go by the topic's id: nobody finds them any more, and a failure here leaves them to the next start.
    await offsets.removeTopic(topic.id, clock.nowMs()).catch((error: unknown) => {
      logger.warn({ topic: name, err: error }, 'committed offsets of a deleted topic are left')
    })
    await shares.removeTopic(topic).catch((error: unknown) => {
      logger.warn({ topic: name, err: error }, 'what share groups knew of a deleted topic is left')
    })
  })
}

export async function trimPartition(
  parts: BrokerParts,
  name: string,
  partition: number,
  beforeOffset: Offset,
): Promise<Offset> {
  const { topics, groups, shares, storage, logger } = parts
  const topic = topics.get(name)
  expectNameForUsers(name)
  const log = logOf(topic, partition)
  const { logStartOffset, highWatermark, logEndOffset } = log
  if (beforeOffset > highWatermark) {
    throw new LogError(
      'OFFSET_OUT_OF_RANGE',
      `${name}-${partition} ends at ${highWatermark}; ${beforeOffset} is beyond it. ` +
        `To let go of all its records, trim it to ${highWatermark}.`,
      { logStartOffset, highWatermark, logEndOffset },
    )
  }
  await storage.append([{ kind: 'logStart', log: log.id, logStartOffset: beforeOffset }])
  // What held a group up may be gone.
  for (const live of groups.all()) live.progressed()
  shares.topicsChanged()
  logger.info({ topic: name, partition, logStartOffset: log.logStartOffset }, 'partition trimmed')
  return log.logStartOffset
}

const KEYS_ARE_REMAPPED =
  'Keys are spread over more partitions now: records of a key may be in another partition than those before.'

function expectSame(existing: Topic, wanted: WantedTopic, { config }: BrokerParts): void {
  const found = [...differences(existing.config, wanted.config ?? {}, config.topicDefaults)]
  const { length } = existing.logs
  if (wanted.partitions !== undefined && wanted.partitions !== length) {
    found.unshift(`it has ${length} partitions, not ${wanted.partitions}`)
  }
  if (found.length === 0) return
  throw new LogError('TOPIC_EXISTS', `${existing.name}: ${found.join('; ')}.`)
}

/** They are there, are others than the topic, and not Millrace's own. Not in turn: those that may be made are. */
async function expectDeadLetterTopics(
  parts: BrokerParts,
  topic: string,
  { keySchema, valueSchema }: TopicConfigInput,
): Promise<void> {
  for (const setting of [keySchema, valueSchema]) {
    const target = setting?.deadLetterTopic
    if (target === undefined) continue
    expectNameForUsers(target)
    if (target === topic) {
      throw new LogError(
        'INVALID_REQUEST',
        `${topic} cannot be its own dead-letter topic: give what does not fit another place.`,
      )
    }
    if (parts.config.autoCreateTopics && parts.topics.find(target) === undefined) {
      await createTopic(parts, target, {})
    }
    parts.topics.get(target)
  }
}

function expectNoNamesake({ topics }: BrokerParts, name: string): void {
  const other = topics.namesake(name)
  if (other === undefined) return
  throw new LogError(
    'INVALID_TOPIC',
    `${name} and ${other} differ only in . and _, which metrics cannot tell apart. Take another name.`,
  )
}

function expectPartitions(parts: BrokerParts, partitions: number, added: number): void {
  const { partitionsPerTopicMax, partitionsMax } = parts.config
  if (!Number.isSafeInteger(partitions) || partitions < 1) {
    throw new LogError('INVALID_REQUEST', `A topic has 1 partition or more, not ${partitions}.`)
  }
  if (partitions > partitionsPerTopicMax) {
    throw new LogError(
      'TOO_MANY_PARTITIONS',
      `A topic has ${partitionsPerTopicMax} at most (broker.partitionsPerTopicMax).`,
    )
  }
  const total = parts.topics.partitionCount + added
  if (total > partitionsMax) {
    throw new LogError(
      'TOO_MANY_PARTITIONS',
      `There would be ${total} in all; ${partitionsMax} are allowed (broker.partitionsMax).`,
    )
  }
}
