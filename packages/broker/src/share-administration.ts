import type { Broker } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { ShareGroupInput, ShareGroupPage } from '@millrace/model/share-group'
import { settingsOf } from '@millrace/share-groups/describing'
import type { ShareSettings } from '@millrace/share-groups/share-settings'
import { expectGroupNameForUsers } from './group-name.ts'
import type { BrokerParts } from './parts.ts'
import { expectNameForUsers } from './topic-name.ts'

export function listShareGroups(
  { shares, topics }: BrokerParts,
  { limit, after = '' }: { readonly limit: number; readonly after?: string },
): ShareGroupPage {
  const names = shares.names().filter((name) => name > after)
  const groups = names.slice(0, limit).map((name) => {
    const { topics: read, ordering } = settingsOf({ topics }, shares.get(name).group)
    return { group: name, topics: read, ordering }
  })
  const last = groups.at(-1)
  return names.length > limit && last !== undefined ? { groups, next: last.group } : { groups }
}

/** Makes it, or gives it these settings. INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION. */
export async function putShareGroup(
  parts: BrokerParts,
  name: string,
  input: ShareGroupInput,
): ReturnType<Broker['putShareGroup']> {
  const { shares, shareChanges, topics, logger } = parts
  expectGroupNameForUsers(name)
  const settings = settingsFrom(input)
  return shareChanges.run(async () => {
    const wanted = [...new Set(input.topics)].map((topic) => {
      expectNameForUsers(topic)
      return topics.get(topic)
    })
    expectDeadLetterTopic(parts, input, settings)
    const { start = 'earliest' } = input
    const { created } = await shares.put(name, { topics: wanted, start, settings })
    logger.info({ group: name, topics: input.topics, settings, created }, 'share group put')
    return { group: await shares.describe(name), created }
  })
}

export async function removeShareGroup(
  { shares, shareChanges, logger }: BrokerParts,
  name: string,
): Promise<void> {
  await shareChanges.run(() => shares.remove(name))
  logger.info({ group: name }, 'share group deleted')
}

function settingsFrom(input: ShareGroupInput): ShareSettings {
  const { topics, ordering = 'key', acquisitionLockMs = LOCK_MS } = input
  const { maxDeliveryCount = DELIVERIES_MAX, retryDelaysMs = RETRY_DELAYS_MS } = input
  const { deadLetter = null } = input
  if (topics.length === 0) throw invalid('/topics', 'A share group reads one topic or more.')
  if (ordering === 'none' && deadLetter?.policy === 'park-key') {
    throw invalid(
      '/deadLetter/policy',
      'park-key keeps the records of a key together, and ordering none does not know keys: take skip, or order by key.',
    )
  }
  return { ordering, acquisitionLockMs, maxDeliveryCount, retryDelaysMs, deadLetter }
}

function expectDeadLetterTopic(
  { topics }: BrokerParts,
  input: ShareGroupInput,
  { deadLetter }: ShareSettings,
): void {
  if (deadLetter === null) return
  if (input.topics.includes(deadLetter.topic)) {
    throw invalid(
      '/deadLetter/topic',
      `${deadLetter.topic} is read by the group itself: what it gives up on would come back for ever.`,
    )
  }
  expectNameForUsers(deadLetter.topic)
  topics.get(deadLetter.topic)
}

function invalid(path: string, message: string): LogError {
  return new LogError('INVALID_REQUEST', message, { errors: [{ path, message }], appended: false })
}

const LOCK_MS = 30_000
const DELIVERIES_MAX = 5
const RETRY_DELAYS_MS = [1_000, 5_000, 30_000] as const
