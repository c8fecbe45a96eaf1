import { LOG_CONFIG_DEFAULTS, type LogConfig } from '@millrace/log/config'
import type { Log } from '@millrace/log/log'
import { LogError } from '@millrace/model/log-error'
import { partitionDirectoryName } from '@millrace/model/topic'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Clock } from '@millrace/disk/clock'
import { GROUPS_TOPIC } from '@millrace/groups/group-record'
import { OFFSETS_TOPIC } from '@millrace/offsets/offset-store'
import { SCHEMAS_TOPIC } from '@millrace/schemas/schema-store'
import { SHARE_TOPIC } from '@millrace/share-groups/share-record'
import { textRecord } from '@millrace/storage/state-text'
import type { Storage } from '@millrace/storage/storage'
import { drawTopicId } from './topic-id.ts'
import { encodeTopic, topicKey, TOPICS_TOPIC } from './topic-record.ts'

/** The logs of Millrace's own topics, each of one partition. */
export interface InternalLogs {
  readonly topics: Log
  readonly offsets: Log
  readonly groups: Log
  readonly share: Log
  readonly schemas: Log
  readonly produce: Log
}

/** Finds them, or makes them where the data directory is new. They are topics like others, in `__topics`. */
export async function openInternalLogs(storage: Storage, clock: Clock): Promise<InternalLogs> {
  const existing = new Map([...storage.logs()].map((log) => [log.name, log]))
  const isThere = (name: string) => existing.has(partitionDirectoryName(name, 0))
  const missing = NAMES.filter((name) => !isThere(name))
  const topicsLog = existing.get(partitionDirectoryName(TOPICS_TOPIC, 0))
  if (missing.length > 0) await make(storage, clock, missing, topicsLog)
  return {
    topics: find(storage, TOPICS_TOPIC),
    offsets: find(storage, OFFSETS_TOPIC),
    groups: find(storage, GROUPS_TOPIC),
    share: find(storage, SHARE_TOPIC),
    schemas: find(storage, SCHEMAS_TOPIC),
    produce: find(storage, PRODUCE_TOPIC),
  }
}

/** Answers to requests with an idempotency key. */
const PRODUCE_TOPIC = '__produce'
const NAMES = [TOPICS_TOPIC, OFFSETS_TOPIC, GROUPS_TOPIC, SHARE_TOPIC, SCHEMAS_TOPIC, PRODUCE_TOPIC]

/** Nothing goes by age: what may be let go of is the broker's to say (`state-history`, `idempotency`). */
export const INTERNAL_CONFIG: LogConfig = Object.freeze({
  ...LOG_CONFIG_DEFAULTS,
  retentionMs: -1,
  retentionBytes: -1,
  segmentBytes: 64 * 1024 * 1024,
  maxMessageBytes: 8 * 1024 * 1024,
})

async function make(
  storage: Storage,
  clock: Clock,
  names: readonly string[],
  topicsLog: Log | undefined,
): Promise<void> {
  const made = names.map((name) => ({ name, id: drawTopicId(), log: storage.allocateLogId() }))
  for (const { name, id, log } of made) {
    const directory = partitionDirectoryName(name, 0)
    await storage.prepareLog({ log, directory, topicId: id, config: INTERNAL_CONFIG })
  }
  const records = made.map(({ name, id, log }) => {
    const value = encodeTopic({ name, id, logs: [log], config: {}, growths: [] })
    return textRecord(clock, topicKey(name), value)
  })
  const topics = topicsLog?.id ?? made.find(({ name }) => name === TOPICS_TOPIC)?.log
  if (topics === undefined) throw lost(TOPICS_TOPIC)
  await storage.append([
    ...made.map(({ log }) => ({ kind: 'create', log }) as const),
    { kind: 'batches', log: topics, bytes: encodeBatch({ records }) },
  ])
}

function find(storage: Storage, name: string): Log {
  const directory = partitionDirectoryName(name, 0)
  for (const log of storage.logs()) {
    if (log.name !== directory) continue
    storage.configureLog(log.id, INTERNAL_CONFIG)
    return log
  }
  throw lost(name)
}

function lost(name: string): LogError {
  return new LogError('DATA_DIRECTORY_DAMAGED', `The log of ${name} is not there.`)
}
