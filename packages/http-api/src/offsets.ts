/** Committed offsets: commit, read, reset, history. */
import { Type, type Static } from 'typebox'
import {
  CLOSED,
  Durability,
  EpochMilliseconds,
  GroupName,
  MemberId,
  NextPage,
  Nullable,
  OffsetOf,
  PageLimit,
  PartitionIndex,
  Timestamp,
  TopicName,
} from './values.ts'

const COMMITS_MAX = 10_000
const METADATA_LENGTH_MAX = 4096

/** Where an offset is. */
const IN_PARTITION = { topic: TopicName, partition: PartitionIndex }

const NextToRead = OffsetOf('The next offset that the group will read.', 43)

const Metadata = Type.String({
  maxLength: METADATA_LENGTH_MAX,
  description: "The committer's own note.",
  examples: ['host-7'],
})

export const CommitOffsets = Type.Object(
  {
    offsets: Type.Array(
      Type.Object(
        {
          ...IN_PARTITION,
          offset: NextToRead,
          metadata: Type.Optional(Metadata),
        },
        CLOSED,
      ),
      { minItems: 1, maxItems: COMMITS_MAX },
    ),
    memberId: Type.Optional(MemberId),
    memberEpoch: Type.Optional(Type.Integer({ minimum: 0, examples: [7] })),
  },
  {
    ...CLOSED,
    description:
      'All or nothing over the list. memberId and memberEpoch come together or not at all.',
    examples: [{ offsets: [{ topic: 'orders', partition: 0, offset: 43 }] }],
  },
)
export type CommitOffsets = Static<typeof CommitOffsets>

export const CommittedOffsets = Type.Object(
  { durability: Durability },
  { ...CLOSED, examples: [{ durability: 'fsync' }] },
)
export type CommittedOffsets = Static<typeof CommittedOffsets>

export const COMMITTED_EXAMPLE = {
  topic: 'orders',
  partition: 0,
  offset: 43,
  metadata: '',
  committedAt: 1_763_800_000_000,
  highWatermark: 100,
  logStartOffset: 0,
  lag: 57,
  lagMs: 1200,
}

export const CommittedOffset = Type.Object(
  {
    ...IN_PARTITION,
    offset: NextToRead,
    metadata: Type.String(),
    committedAt: EpochMilliseconds,
    highWatermark: OffsetOf('The first offset that is not yet readable.', 100),
    logStartOffset: OffsetOf('The earliest readable offset.', 0),
    lag: Type.Integer({ description: 'High watermark less committed offset.', examples: [57] }),
    lagMs: Type.Integer({
      minimum: 0,
      description: '0 without lag, else the age of the record at the committed offset.',
      examples: [1200],
    }),
  },
  {
    ...CLOSED,
    examples: [COMMITTED_EXAMPLE],
  },
)
export type CommittedOffset = Static<typeof CommittedOffset>

export const CommittedOffsetList = Type.Object(
  { offsets: Type.Array(CommittedOffset) },
  {
    ...CLOSED,
    examples: [{ offsets: [COMMITTED_EXAMPLE] }],
  },
)
export type CommittedOffsetList = Static<typeof CommittedOffsetList>

export const TopicFilterQuery = Type.Object({ topic: Type.Optional(TopicName) }, CLOSED)

export const ResetTarget = Type.Union(
  [
    Type.Literal('earliest'),
    Type.Literal('latest'),
    Type.Object({ offset: OffsetOf('This offset, in every partition.', 5) }, CLOSED),
    Type.Object({ timestamp: Timestamp }, CLOSED),
    Type.Object(
      {
        shift: Type.Integer({
          minimum: -Number.MAX_SAFE_INTEGER,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'So many records back (negative) or on.',
          examples: [-100],
        }),
      },
      CLOSED,
    ),
    Type.Object({ committedAt: Timestamp }, CLOSED),
  ],
  {
    description:
      'earliest, latest, {"offset":5}, {"timestamp":...}, {"shift":-100}, or {"committedAt":...}: ' +
      'what the group had committed at that time.',
  },
)
export type ResetTarget = Static<typeof ResetTarget>

export const ResetOffsets = Type.Object(
  {
    topic: TopicName,
    to: ResetTarget,
    partitions: Type.Optional(
      Type.Array(PartitionIndex, {
        minItems: 1,
        uniqueItems: true,
        maxItems: COMMITS_MAX,
        description: 'Only these; all of the topic when not said.',
      }),
    ),
    dryRun: Type.Optional(
      Type.Boolean({ description: 'Say what would be done, and do nothing. Default false.' }),
    ),
  },
  { ...CLOSED, examples: [{ topic: 'orders', to: { shift: -100 }, dryRun: true }] },
)
export type ResetOffsets = Static<typeof ResetOffsets>

export const OffsetMoves = Type.Object(
  {
    offsets: Type.Array(
      Type.Object(
        {
          ...IN_PARTITION,
          from: Nullable(OffsetOf('What was committed; null: nothing was.', 143)),
          to: OffsetOf('What is committed now.', 43),
        },
        CLOSED,
      ),
    ),
  },
  { ...CLOSED, examples: [{ offsets: [{ topic: 'orders', partition: 0, from: 143, to: 43 }] }] },
)
export type OffsetMoves = Static<typeof OffsetMoves>

export const OffsetHistoryQuery = Type.Object(
  {
    topic: Type.Optional(TopicName),
    partition: Type.Optional(PartitionIndex),
    limit: Type.Optional(PageLimit),
    after: Type.Optional(
      Type.String({
        maxLength: 1024,
        description: 'The `next` of the page before.',
        examples: ['1207'],
      }),
    ),
  },
  CLOSED,
)
export type OffsetHistoryQuery = Static<typeof OffsetHistoryQuery>

export const OffsetHistory = Type.Object(
  {
    commits: Type.Array(
      Type.Object(
        {
          ...IN_PARTITION,
          offset: Nullable(OffsetOf('Null: the committed offset was deleted.', 43)),
          metadata: Type.String(),
          committedAt: EpochMilliseconds,
          by: Nullable(
            Type.String({ description: 'A member id, `reset`, or null without a member.' }),
          ),
        },
        CLOSED,
      ),
      { description: 'Newest first.' },
    ),
    next: NextPage,
  },
  {
    ...CLOSED,
    examples: [
      {
        commits: [
          {
            topic: 'orders',
            partition: 0,
            offset: 43,
            metadata: '',
            committedAt: 1_763_800_000_000,
            by: null,
          },
        ],
      },
    ],
  },
)
export type OffsetHistory = Static<typeof OffsetHistory>

export const GroupPath = Type.Object({ group: GroupName }, CLOSED)
