/** What a member of a consumer group sends and gets, again and again. */
import { Type, type Static } from 'typebox'
import {
  FETCH_BYTES_DEFAULT,
  FETCH_BYTES_MAX,
  FETCH_RECORDS_DEFAULT,
  FETCH_RECORDS_MAX,
  FETCH_WAIT_MAX_MS,
  Format,
} from './fetch.ts'
import { PartitionsByTopic } from './groups.ts'
import { RECORD_FIELDS } from './records.ts'
import { CLOSED, MemberId, Nullable, OffsetOf, PartitionIndex, TopicName } from './values.ts'

const TOPICS_MAX = 1_000

export const GroupPoll = Type.Object(
  {
    topics: Type.Optional(
      Type.Array(TopicName, {
        minItems: 1,
        maxItems: TOPICS_MAX,
        description: 'What to read. Needed to join; later only to read something else.',
        examples: [['orders']],
      }),
    ),
    cursor: Type.Optional(
      Nullable(
        Type.String({
          description:
            'That of the last answer, as it came: what came with it is processed. null, or nothing, joins.',
        }),
      ),
    ),
    commit: Type.Optional(
      Type.Union([Type.Literal('auto'), Type.Literal('none')], {
        description:
          'auto (when not said): what came with the cursor is committed, on disk, before more is fetched. ' +
          'none: the member commits by itself.',
        examples: ['auto'],
      }),
    ),
    start: Type.Optional(
      Type.Union([Type.Literal('earliest'), Type.Literal('latest')], {
        description:
          'Where the group begins in a topic in which it has not committed yet: earliest when not said.',
        examples: ['earliest'],
      }),
    ),
    maxRecords: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: FETCH_RECORDS_MAX,
        description:
          `How many records to take; ${FETCH_RECORDS_DEFAULT} when not said. 0 is a sign of life, for a member that is ` +
          'still at work: it says nothing of what is processed, and is answered at once.',
        examples: [FETCH_RECORDS_DEFAULT],
      }),
    ),
    maxBytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: FETCH_BYTES_MAX,
        description:
          'How many stored bytes to read; 1 MiB when not said, and one whole batch always.',
        examples: [FETCH_BYTES_DEFAULT],
      }),
    ),
    waitMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: FETCH_WAIT_MAX_MS,
        description:
          'How long to wait, at most, for records or a change of the assignment; 0 when not said. Who joins is ' +
          'answered at once.',
        examples: [30_000],
      }),
    ),
    format: Type.Optional(Format),
    instanceId: Type.Optional(
      Type.Unsafe<MemberId>({
        ...MemberId,
        description:
          'To join as a static member: who joins by the same name, before the session runs out, goes on as that member.',
        examples: ['host-7'],
      }),
    ),
    memberId: Type.Optional(
      Type.Unsafe<MemberId>({
        ...MemberId,
        description: 'To join by a name of its own choice: asked twice, it is one member.',
      }),
    ),
  },
  {
    ...CLOSED,
    examples: [{ topics: ['orders'], cursor: null, maxRecords: 500, waitMs: 30_000 }],
  },
)
export type GroupPoll = Static<typeof GroupPoll>

const RECORD_EXAMPLE = {
  topic: 'orders',
  partition: 0,
  offset: 42,
  timestamp: 1_763_800_000_000,
  key: 'user-1',
  value: { total: 3 },
  headers: [],
}

export const GroupRecord = Type.Object(
  { topic: TopicName, ...RECORD_FIELDS },
  { ...CLOSED, examples: [RECORD_EXAMPLE] },
)
export type GroupRecord = Static<typeof GroupRecord>

export const GroupPollAnswer = Type.Object(
  {
    records: Type.Array(GroupRecord),
    cursor: Type.String({ description: 'For the next poll.' }),
    memberId: MemberId,
    memberEpoch: Type.Integer({ minimum: 0, description: 'For commits of its own.' }),
    assignment: PartitionsByTopic,
    revoked: Type.Unsafe<Static<typeof PartitionsByTopic>>({
      ...PartitionsByTopic,
      description:
        'To let go of: the next poll that is no sign of life says that it is done, and others get them.',
    }),
    skipped: Type.Array(
      Type.Object(
        {
          topic: TopicName,
          partition: PartitionIndex,
          from: OffsetOf('The first that is gone.', 42),
          to: OffsetOf('Where it goes on.', 100),
        },
        CLOSED,
      ),
      { description: 'Records that are gone, and should have come next.' },
    ),
    heartbeatIntervalMs: Type.Integer({
      description: 'How often to poll while records are worked on, with maxRecords 0.',
      examples: [3_000],
    }),
  },
  {
    ...CLOSED,
    examples: [
      {
        records: [RECORD_EXAMPLE],
        cursor: 'q83vEjRWeJASNFZ4',
        memberId: 'm1',
        memberEpoch: 8,
        assignment: [{ topic: 'orders', partitions: [0, 2] }],
        revoked: [],
        skipped: [],
        heartbeatIntervalMs: 3_000,
      },
    ],
  },
)
export type GroupPollAnswer = Static<typeof GroupPollAnswer>

/** The head of an answer whose records follow as they are stored. */
export interface GroupBatchesHead extends Omit<GroupPollAnswer, 'records'> {
  readonly batches: readonly {
    readonly topic: string
    readonly partition: number
    /** Those before it in the first batch are not for this answer. */
    readonly offset: number
    /** Of all its batches, which follow those of the one before. */
    readonly bytes: number
  }[]
}
