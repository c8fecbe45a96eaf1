/** Topics: what one is, how it is asked for, and how it is kept. */
import { Type, type Static } from 'typebox'
import {
  AfterName,
  CLOSED,
  Count,
  NamePartOf,
  NextPage,
  Nullable,
  OffsetOf,
  PageLimit,
  PARTITION_MAX,
  PartitionIndex,
  TopicName,
} from './values.ts'
import { SchemaSetting } from './schema-settings.ts'

const SETTINGS = {
  retentionMs: Type.Integer({
    minimum: -1,
    description: 'A segment goes when its newest record is older than this. -1 keeps all.',
    examples: [604_800_000],
  }),
  retentionBytes: Type.Integer({
    minimum: -1,
    description: 'The oldest segments go while a partition holds more than this. -1 keeps all.',
    examples: [-1],
  }),
  segmentBytes: Type.Integer({
    minimum: 1,
    description: 'A new segment begins when the active one would grow past this.',
    examples: [1_073_741_824],
  }),
  segmentMs: Type.Integer({
    minimum: 1,
    description: 'A new segment begins when the active one spans more than this, in record time.',
    examples: [604_800_000],
  }),
  indexIntervalBytes: Type.Integer({
    minimum: 0,
    description: 'Bytes of log between two entries of the offset index.',
    examples: [4096],
  }),
  segmentIndexBytes: Type.Integer({
    minimum: 12,
    description: 'A new segment begins when an index of the active one reaches this size.',
    examples: [10_485_760],
  }),
  maxMessageBytes: Type.Integer({
    minimum: 0,
    description: 'The largest record batch that is stored.',
    examples: [1_048_588],
  }),
  messageTimestampType: Type.Union([Type.Literal('CreateTime'), Type.Literal('LogAppendTime')], {
    description: "Whether a record's timestamp is its producer's or the server's.",
    examples: ['CreateTime'],
  }),
  messageTimestampAfterMaxMs: Type.Integer({
    minimum: 0,
    description: "How far ahead of the server's clock a record's timestamp may be.",
    examples: [3_600_000],
  }),
} as const

/** A topic's settings, every one named. */
const TopicConfig = Type.Object(
  { ...SETTINGS, keySchema: Nullable(SchemaSetting), valueSchema: Nullable(SchemaSetting) },
  { ...CLOSED, description: 'The settings of the topic: complete, the defaults included.' },
)
export type TopicConfig = Static<typeof TopicConfig>

/** What is asked of a topic; null takes a setting back to its default. */
export const TopicConfigInput = Type.Object(
  {
    retentionMs: Type.Optional(Nullable(SETTINGS.retentionMs)),
    retentionBytes: Type.Optional(Nullable(SETTINGS.retentionBytes)),
    segmentBytes: Type.Optional(Nullable(SETTINGS.segmentBytes)),
    segmentMs: Type.Optional(Nullable(SETTINGS.segmentMs)),
    indexIntervalBytes: Type.Optional(Nullable(SETTINGS.indexIntervalBytes)),
    segmentIndexBytes: Type.Optional(Nullable(SETTINGS.segmentIndexBytes)),
    maxMessageBytes: Type.Optional(Nullable(SETTINGS.maxMessageBytes)),
    messageTimestampType: Type.Optional(Nullable(SETTINGS.messageTimestampType)),
    messageTimestampAfterMaxMs: Type.Optional(Nullable(SETTINGS.messageTimestampAfterMaxMs)),
    keySchema: Type.Optional(Nullable(SchemaSetting)),
    valueSchema: Type.Optional(Nullable(SchemaSetting)),
  },
  {
    ...CLOSED,
    description: 'Settings; what is not named takes the default, or stays; null goes back to it.',
    examples: [{ retentionMs: 604_800_000 }],
  },
)
export type TopicConfigInput = Static<typeof TopicConfigInput>

export const PartitionState = Type.Object(
  {
    partition: PartitionIndex,
    logStartOffset: OffsetOf('The earliest readable offset.', 0),
    highWatermark: OffsetOf('The first offset that is not yet readable.', 100),
    logEndOffset: OffsetOf('The offset that the next record gets.', 100),
    segments: Count,
    bytes: Count,
  },
  CLOSED,
)
export type PartitionState = Static<typeof PartitionState>

const TopicId = Type.String({
  description: 'Another one when a topic is made again under the same name.',
  examples: ['m1Xq0bTnSuy3cQ5lqZJvHg'],
})
const Internal = Type.Boolean({ description: "Millrace's own: readable, not writable." })

const EXAMPLE = {
  name: 'orders',
  id: 'm1Xq0bTnSuy3cQ5lqZJvHg',
  internal: false,
  config: {
    retentionMs: 604_800_000,
    retentionBytes: -1,
    segmentBytes: 1_073_741_824,
    segmentMs: 604_800_000,
    indexIntervalBytes: 4096,
    segmentIndexBytes: 10_485_760,
    maxMessageBytes: 1_048_588,
    messageTimestampType: 'CreateTime',
    messageTimestampAfterMaxMs: 3_600_000,
    keySchema: null,
    valueSchema: null,
  },
  partitions: [
    {
      partition: 0,
      logStartOffset: 0,
      highWatermark: 100,
      logEndOffset: 100,
      segments: 1,
      bytes: 10_240,
    },
  ],
}

export const TopicDescription = Type.Object(
  {
    name: TopicName,
    id: TopicId,
    internal: Internal,
    config: TopicConfig,
    partitions: Type.Array(PartitionState),
  },
  { ...CLOSED, examples: [EXAMPLE] },
)
export type TopicDescription = Static<typeof TopicDescription>

export const AlteredTopic = Type.Object(
  {
    ...TopicDescription.properties,
    warnings: Type.Array(Type.String(), {
      description: 'What the change means for the data there is.',
    }),
  },
  {
    ...CLOSED,
    examples: [
      { ...EXAMPLE, warnings: ['A key may go to another partition than before: 6 became 12.'] },
    ],
  },
)
export type AlteredTopic = Static<typeof AlteredTopic>

export const TopicPage = Type.Object(
  {
    topics: Type.Array(
      Type.Object({ name: TopicName, id: TopicId, partitions: Count, internal: Internal }, CLOSED),
    ),
    next: NextPage,
  },
  {
    ...CLOSED,
    examples: [
      {
        topics: [{ name: 'orders', id: 'm1Xq0bTnSuy3cQ5lqZJvHg', partitions: 6, internal: false }],
        next: 'orders',
      },
    ],
  },
)
export type TopicPage = Static<typeof TopicPage>

export const TopicPageQuery = Type.Object(
  {
    prefix: Type.Optional(NamePartOf('Only names that begin so.', 'orders')),
    limit: Type.Optional(PageLimit),
    after: Type.Optional(AfterName('orders-99')),
  },
  CLOSED,
)
export type TopicPageQuery = Static<typeof TopicPageQuery>

const PartitionCount = Type.Integer({
  minimum: 1,
  maximum: PARTITION_MAX,
  description: 'How many partitions.',
  examples: [6],
})

export const CreateTopic = Type.Object(
  { partitions: Type.Optional(PartitionCount), config: Type.Optional(TopicConfigInput) },
  { ...CLOSED, examples: [{ partitions: 6, config: { retentionMs: 604_800_000 } }] },
)
export type CreateTopic = Static<typeof CreateTopic>

export const AlterTopic = Type.Object(
  { partitions: Type.Optional(PartitionCount), config: Type.Optional(TopicConfigInput) },
  { ...CLOSED, minProperties: 1, examples: [{ partitions: 12 }] },
)
export type AlterTopic = Static<typeof AlterTopic>

export const TrimPartition = Type.Object(
  { beforeOffset: OffsetOf('Records before this one can no longer be read.', 100) },
  { ...CLOSED, examples: [{ beforeOffset: 100 }] },
)
export type TrimPartition = Static<typeof TrimPartition>

export const TrimmedPartition = Type.Object(
  { logStartOffset: OffsetOf('The earliest readable offset now.', 100) },
  { ...CLOSED, examples: [{ logStartOffset: 100 }] },
)
export type TrimmedPartition = Static<typeof TrimmedPartition>

export const TopicPath = Type.Object({ topic: TopicName }, CLOSED)
export const PartitionPath = Type.Object({ topic: TopicName, partition: PartitionIndex }, CLOSED)
