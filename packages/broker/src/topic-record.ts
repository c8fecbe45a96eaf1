/**
 * A record of `__topics`. Key and value are text, so that the topic can be read with any consumer.
 *
 *     topic orders    {"version":1,"id":"<22 of base64url>","logs":[4,5,6],"config":{"retentionMs":-1},
 *                      "growths":[{"from":2,"ends":[70,81]}]}
 *     producer-ids    {"version":1,"next":3000}
 *
 * `logs` are the ids of the partitions' logs, in order; `config` is what an operator named. `growths`: how many
 * partitions there were before each, and where each of those ended when keys began to go elsewhere; without `ends`,
 * that is being found out. A topic that never grew has none. A topic without a value is deleted. Producer ids below
 * `next` may have been given.
 */
import type { LogId } from '@millrace/log/log'
import type { TopicConfigInput } from '@millrace/model/topic-config'
import type { LogError } from '@millrace/model/log-error'
import { type Offset, toOffset } from '@millrace/model/offset'
import { isTopicName } from '@millrace/model/topic'
import {
  encodeFields,
  type Fields,
  isFields,
  notWritten,
  parseFields,
} from '@millrace/storage/state-text'
import { isSettingName } from './topic-config.ts'

/** A topic got more partitions, and many keys another one. */
export interface Growth {
  /** How many partitions there were. */
  readonly from: number
  /** Of each of those, the first offset at which its keys may be others than before. Undefined: not known yet. */
  readonly ends?: readonly Offset[]
}

export interface StoredTopic {
  readonly name: string
  readonly id: string
  readonly logs: readonly LogId[]
  readonly config: TopicConfigInput
  /** The oldest first. */
  readonly growths: readonly Growth[]
}

export const TOPICS_TOPIC = '__topics'
export const TOPIC_PREFIX = 'topic '
export const PRODUCER_IDS_KEY = 'producer-ids'

export function topicKey(name: string): string {
  return `${TOPIC_PREFIX}${name}`
}

export function encodeTopic({ id, logs, config, growths }: StoredTopic): Uint8Array {
  const grown = growths.length === 0 ? {} : { growths }
  return encodeFields({ id, logs, config, ...grown })
}

/** CORRUPT_SEGMENT for what this version did not write. */
export function decodeTopic(key: string, value: Uint8Array): StoredTopic {
  const name = key.slice(TOPIC_PREFIX.length)
  const { id, logs, config, growths = [] } = parse(key, value)
  if (!isTopicName(name) || typeof id !== 'string' || !isListOfIds(logs) || !isConfig(config)) {
    throw corrupt(key)
  }
  if (!Array.isArray(growths) || !growths.every(isGrowth)) throw corrupt(key)
  return { name, id, logs, config, growths }
}

export function encodeProducerIds(next: number): Uint8Array {
  return encodeFields({ next })
}

export function decodeProducerIds(value: Uint8Array): number {
  const { next } = parse(PRODUCER_IDS_KEY, value)
  if (typeof next !== 'number' || !Number.isSafeInteger(next)) throw corrupt(PRODUCER_IDS_KEY)
  return next
}

function parse(key: string, value: Uint8Array): Fields {
  return parseFields(TOPICS_TOPIC, key, value)
}

function isListOfIds(value: unknown): value is readonly LogId[] {
  return Array.isArray(value) && value.every((id) => Number.isSafeInteger(id))
}

function isGrowth(value: unknown): value is Growth {
  if (!isFields(value) || !Number.isSafeInteger(value['from'])) return false
  const { ends } = value
  return ends === undefined || (Array.isArray(ends) && ends.every((end) => isOffset(end)))
}

function isOffset(value: unknown): boolean {
  return typeof value === 'number' && toOffset(value) !== undefined
}

/** The names alone: a value was validated when it was given, and the log validates it again. */
function isConfig(value: unknown): value is TopicConfigInput {
  return isFields(value) && Object.keys(value).every(isSettingName)
}

function corrupt(key: string): LogError {
  return notWritten(TOPICS_TOPIC, key)
}
