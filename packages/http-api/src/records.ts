/**
 * A record in JSON, in and out, and the answers that carry records.
 *
 * Bodies of records are read by a scanner of our own (`http/record-json-reader`), not through these
 * schemas: `value` is stored as the JSON text that was sent. A test holds the two together.
 */
import { Type, type Static } from 'typebox'
import {
  CLOSED,
  Durability,
  EpochMilliseconds,
  Nullable,
  OffsetOf,
  PartitionIndex,
  TopicName,
} from './values.ts'
import { WRITING_SCHEMAS } from './schema-settings.ts'

const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
export const Base64 = Type.String({
  pattern: BASE64,
  description: 'Bytes as base64, with padding.',
  examples: ['AAEC/w=='],
})

const HeaderName = Type.String({ examples: ['trace'] })

const RecordHeader = Type.Object(
  {
    name: HeaderName,
    value: Type.Optional(Nullable(Type.String({ examples: ['a1'] }))),
    valueBase64: Type.Optional(Base64),
  },
  { ...CLOSED, description: 'Exactly one of `value` (text, or null) and `valueBase64`.' },
)
export type RecordHeader = Static<typeof RecordHeader>

const KEY_FIELDS = {
  key: Type.Optional(
    // What a program meets unless it gave its keys a schema.
    Type.Unsafe<string | null>(
      Type.Unknown({
        description:
          'A string, stored as its UTF-8; where keys have a schema, any JSON that fits it. Null: no key.',
        examples: ['user-1'],
      }),
    ),
  ),
  keyBase64: Type.Optional(Base64),
}
const VALUE_FIELDS = {
  value: Type.Optional(
    Type.Unknown({
      description:
        'Any JSON; stored as the text that was sent or, where values have a schema, as its datum. Null is a tombstone.',
      examples: [{ total: 3 }],
    }),
  ),
  valueText: Type.Optional(Type.String({ description: 'Stored as its UTF-8.' })),
  valueBase64: Type.Optional(Base64),
}

/** A record to produce: exactly one of the three values. */
export const RecordInput = Type.Object(
  {
    partition: Type.Optional(PartitionIndex),
    offset: Type.Optional(Type.Unknown({ description: 'Ignored.' })),
    timestamp: Type.Optional(EpochMilliseconds),
    ...KEY_FIELDS,
    ...VALUE_FIELDS,
    headers: Type.Optional(
      Type.Union([
        Type.Array(RecordHeader),
        Type.Record(Type.String(), Nullable(Type.String()), {
          description: 'Shorthand: name to text.',
        }),
      ]),
    ),
  },
  {
    ...CLOSED,
    description:
      'A record: exactly one of `value`, `valueText` and `valueBase64`; `key` or `keyBase64` or ' +
      'neither. What was fetched can be produced again as it is.',
    examples: [{ key: 'user-1', value: { total: 3 } }],
  },
)
export type RecordInput = Static<typeof RecordInput>

export const ProduceInput = Type.Union(
  [
    Type.Object(
      { records: Type.Array(RecordInput) },
      { ...CLOSED, examples: [{ records: [{ key: 'user-1', value: { total: 3 } }] }] },
    ),
    RecordInput,
  ],
  {
    description: 'Records, or one bare record.',
    examples: [{ records: [{ key: 'user-1', value: { total: 3 } }] }],
  },
)
export type ProduceInput = Static<typeof ProduceInput>

const RecordError = Type.Object(
  {
    code: Type.Literal('UNRESOLVABLE'),
    detail: Type.String({ examples: ['It does not fit orders-value@7: the field is missing.'] }),
    path: Type.String({ description: 'Where in the record.', examples: ['/value/total'] }),
  },
  {
    ...CLOSED,
    description:
      'Its value, or else its key, cannot be read by the schema that was asked for; those bytes come as they are.',
  },
)

/** What is told of every record that is read. */
export const RECORD_FIELDS = {
  partition: PartitionIndex,
  offset: OffsetOf("The record's place in its partition.", 42),
  timestamp: Type.Integer({
    description: 'Milliseconds since the epoch.',
    examples: [1_763_800_000_000],
  }),
  ...KEY_FIELDS,
  ...VALUE_FIELDS,
  headers: Type.Array(RecordHeader),
}

/** A record as it is fetched. */
export const FetchedRecord = Type.Object(
  { ...RECORD_FIELDS, error: Type.Optional(RecordError) },
  {
    ...CLOSED,
    examples: [
      {
        partition: 0,
        offset: 42,
        timestamp: 1_763_800_000_000,
        key: 'user-1',
        value: { total: 3 },
        headers: [{ name: 'trace', value: 'a1' }],
      },
    ],
  },
)
export type FetchedRecord = Static<typeof FetchedRecord>

export const FetchAnswer = Type.Object(
  {
    records: Type.Array(FetchedRecord),
    nextOffset: OffsetOf('Where to go on.', 43),
    logStartOffset: OffsetOf('The earliest readable offset.', 0),
    highWatermark: OffsetOf('The first offset that is not yet readable.', 100),
  },
  {
    ...CLOSED,
    examples: [
      {
        records: [
          {
            partition: 0,
            offset: 42,
            timestamp: 1_763_800_000_000,
            key: 'user-1',
            value: { total: 3 },
            headers: [{ name: 'trace', value: 'a1' }],
          },
        ],
        nextOffset: 43,
        logStartOffset: 0,
        highWatermark: 100,
      },
    ],
  },
)
export type FetchAnswer = Static<typeof FetchAnswer>

const Duplicate = Type.Optional(
  Type.Literal(true, {
    description: 'An earlier request had done this; nothing was appended now.',
  }),
)

const ProducedPlace = Type.Object(
  { partition: PartitionIndex, offset: OffsetOf('Its offset.', 42) },
  CLOSED,
)
const ProducedLetter = Type.Object(
  {
    deadLetter: Type.Object(
      { topic: TopicName, partition: PartitionIndex, offset: OffsetOf('Its offset there.', 3) },
      CLOSED,
    ),
    reason: Type.String({
      examples: ['/value/total: It does not fit orders-value@7: not a long.'],
    }),
  },
  {
    ...CLOSED,
    description: 'The record did not fit the schema of the topic, and went to another.',
  },
)

export const ProducedRecords = Type.Object(
  {
    records: Type.Array(Type.Union([ProducedPlace, ProducedLetter]), {
      description: 'One a record, in order.',
    }),
    durability: Durability,
    duplicate: Duplicate,
  },
  { ...CLOSED, examples: [{ records: [{ partition: 0, offset: 42 }], durability: 'fsync' }] },
)
export type ProducedRecords = Static<typeof ProducedRecords>

export const OffsetRange = Type.Object(
  {
    partition: PartitionIndex,
    baseOffset: OffsetOf('The first offset.', 42),
    lastOffset: OffsetOf('The last offset, inclusive.', 99),
  },
  CLOSED,
)
export type OffsetRange = Static<typeof OffsetRange>

export const DeadLetterCounts = Type.Array(
  Type.Object({ topic: TopicName, records: Type.Integer({ minimum: 1, examples: [1] }) }, CLOSED),
  {
    description:
      'How many records did not fit the schema of the topic, and went to another. Of raw batches, `ranges` has ' +
      'their offsets, which are passed over.',
  },
)

export const ProducedRanges = Type.Object(
  {
    ranges: Type.Array(OffsetRange),
    deadLetters: Type.Optional(DeadLetterCounts),
    durability: Durability,
    duplicate: Duplicate,
  },
  {
    ...CLOSED,
    examples: [{ ranges: [{ partition: 0, baseOffset: 42, lastOffset: 99 }], durability: 'fsync' }],
  },
)
export type ProducedRanges = Static<typeof ProducedRanges>

export const AllocatedProducer = Type.Object(
  {
    producerId: Type.Integer({ minimum: 0, examples: [1000] }),
    producerEpoch: Type.Integer({ minimum: 0, examples: [0] }),
  },
  { ...CLOSED, examples: [{ producerId: 1000, producerEpoch: 0 }] },
)
export type AllocatedProducer = Static<typeof AllocatedProducer>

/** A body that is one value has the rest of its record in the query and in `Millrace-Header-*`. */
export const ProduceQuery = Type.Object(
  {
    partition: Type.Optional(PartitionIndex),
    key: Type.Optional(
      Type.String({ description: 'Of a body that is one value: its key.', examples: ['user-1'] }),
    ),
    keyBase64: Type.Optional(Base64),
    ...WRITING_SCHEMAS,
  },
  CLOSED,
)
export type ProduceQuery = Static<typeof ProduceQuery>

export const IDEMPOTENCY_KEY = 'idempotency-key'
export const IF_LOG_END_OFFSET = 'if-log-end-offset'
/** What comes after it is the name of a record header. */
export const RECORD_HEADER_PREFIX = 'millrace-header-'

export const ProduceHeaders = Type.Object({
  [IDEMPOTENCY_KEY]: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._~-]{1,128}$',
      description:
        '1 to 128 of A-Z a-z 0-9 . _ ~ - that make a retry harmless: the same key and body get the first answer again.',
      examples: ['order-7f3a'],
    }),
  ),
  [IF_LOG_END_OFFSET]: Type.Optional(
    Type.String({
      pattern: '^(0|[1-9][0-9]{0,15})$',
      description:
        'An offset: append only if the partition ends there. Needs an explicit partition.',
      examples: ['42'],
    }),
  ),
})
export type ProduceHeaders = Static<typeof ProduceHeaders>

/** The media types that carry records. */
export const JSON_TYPE = 'application/json'
export const NDJSON_TYPE = 'application/x-ndjson'
export const EVENT_STREAM_TYPE = 'text/event-stream'
export const RECORD_BATCHES_TYPE = 'application/vnd.millrace.record-batches'
/** What a member of a group is told, in JSON, then record batches as they are stored. */
export const GROUP_BATCHES_TYPE = 'application/vnd.millrace.group-batches'
