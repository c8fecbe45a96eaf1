import { LogConfigSchema, type LogConfig } from '@millrace/log/config'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

const MiB = 1024 * 1024
const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS
const DAY_MS = 24 * HOUR_MS

export const BrokerConfigSchema = Type.Object(
  {
    topicDefaults: Type.Object(LogConfigSchema.properties, {
      description: 'What a topic has where its own configuration says nothing.',
      additionalProperties: false,
      default: {},
    }),
    autoCreateTopics: Type.Boolean({
      description: 'Make a topic when something is first produced to it.',
      default: false,
    }),
    defaultPartitions: Type.Integer({
      description: 'Partitions of a topic that is made without saying how many.',
      default: 1,
      minimum: 1,
      maximum: 10_000,
    }),
    partitionsPerTopicMax: Type.Integer({
      description: 'The most partitions that one topic may have.',
      default: 1_000,
      minimum: 1,
      maximum: 10_000,
    }),
    partitionsMax: Type.Integer({
      description: 'The most partitions in all. Each costs memory, and time at a start.',
      default: 10_000,
      minimum: 1,
      maximum: 100_000,
    }),
    idempotencyWindowMs: Type.Integer({
      description:
        'How long the answer to a request with an Idempotency-Key is remembered, in milliseconds.',
      default: 1 * HOUR_MS,
      minimum: 1 * SECOND_MS,
      maximum: 7 * DAY_MS,
    }),
    produceBudgetBytes: Type.Integer({
      description: 'Bytes of records that may wait for the disk; beyond this a produce is refused.',
      default: 64 * MiB,
      minimum: 8 * MiB,
      maximum: 4_096 * MiB,
    }),
    offsetHistoryMs: Type.Integer({
      description:
        'How long the history of committed offsets can be read, in milliseconds. -1 keeps all.',
      default: 30 * DAY_MS,
      minimum: -1,
    }),
    groupSessionTimeoutMs: Type.Integer({
      description:
        'A member of a consumer group that is silent for longer has left, in milliseconds. An open poll is no silence.',
      default: 30 * SECOND_MS,
      minimum: 1 * SECOND_MS,
      maximum: 1 * HOUR_MS,
    }),
    groupHeartbeatIntervalMs: Type.Integer({
      description:
        'How often a member should be heard of while it works on records, in milliseconds. Members are told of it.',
      default: 3 * SECOND_MS,
      minimum: 100,
      maximum: 1 * HOUR_MS,
    }),
    groupsMax: Type.Integer({
      description:
        'The most consumer groups that have, or had, members. Groups that are deleted do not count.',
      default: 100_000,
      minimum: 1,
      maximum: 1_000_000,
    }),
    groupMembersMax: Type.Integer({
      description: 'The most members that one consumer group may have.',
      default: 1_000,
      minimum: 1,
      maximum: 10_000,
    }),
    shareGroupsMax: Type.Integer({
      description: 'The most share groups that there may be.',
      default: 10_000,
      minimum: 1,
      maximum: 100_000,
    }),
    shareSpanMax: Type.Integer({
      description:
        'How many offsets a share group may go beyond the first record of a partition that is not settled. ' +
        'At the limit nothing newer of that partition is handed out until that record is settled.',
      default: 2_000_000,
      minimum: 1_000,
      maximum: 20_000_000,
    }),
    housekeepingIntervalMs: Type.Integer({
      description: 'Time between two looks at what retention lets go, in milliseconds.',
      default: 60 * SECOND_MS,
      minimum: 100,
      maximum: 1 * HOUR_MS,
    }),
  },
  { additionalProperties: false },
)

/** How the broker behaves: complete, in range and frozen. */
export type BrokerConfig = Readonly<Omit<Static<typeof BrokerConfigSchema>, 'topicDefaults'>> & {
  readonly topicDefaults: LogConfig
}

/** Fills in the defaults. Throws a TypeError that names the setting. */
export function parseBrokerConfig(input: unknown): BrokerConfig {
  const config = Value.Default(BrokerConfigSchema, structuredClone(input))
  if (!Value.Check(BrokerConfigSchema, config)) {
    const [problem] = Value.Errors(BrokerConfigSchema, config)
    // An unknown name is what the schema `false`, meant for no value at all, refuses.
    const isUnknown = problem?.keyword === 'boolean'
    const why = isUnknown ? 'is not a setting' : (problem?.message ?? 'is not valid')
    throw new TypeError(`broker${problem?.instancePath ?? ''}: ${why}`)
  }
  return Object.freeze({ ...config, topicDefaults: Object.freeze(config.topicDefaults) })
}
