/** How records are asked for. */
import { Type, type Static } from 'typebox'
import { Base64 } from './records.ts'
import { READING_SCHEMAS } from './schema-settings.ts'
import { CLOSED, OffsetOf, Timestamp } from './values.ts'

export const FETCH_RECORDS_DEFAULT = 500
export const FETCH_RECORDS_MAX = 10_000
export const FETCH_BYTES_DEFAULT = 1024 * 1024
export const FETCH_BYTES_MAX = 16 * 1024 * 1024
export const FETCH_WAIT_MAX_MS = 60_000
/** A longer position would not fit into a header. */
export const STREAM_PARTITIONS_MAX = 64

const POSITION_PATTERN = '^\\d+:\\d+(,\\d+:\\d+)*$'

/** `partition:nextOffset` for every partition of a stream. */
const Position = Type.String({
  pattern: POSITION_PATTERN,
  maxLength: STREAM_PARTITIONS_MAX * 28,
  description:
    'A position, as partition:nextOffset,...: go on from there. A partition that it lacks begins at its log start.',
  examples: ['0:43,2:17'],
})

const START = {
  offset: Type.Optional(
    Type.Union(
      [
        OffsetOf('An offset.', 42),
        Type.Literal('earliest', { description: 'earliest' }),
        Type.Literal('latest', { description: 'latest' }),
      ],
      {
        description:
          'An offset (0 to 2^53 - 1) where to begin, earliest (when nothing is said), or latest.',
        examples: [42],
      },
    ),
  ),
  timestamp: Type.Optional(
    Type.Union([...Timestamp.anyOf], {
      description:
        'A time, in milliseconds since the epoch or by RFC 3339: begin at the first record at or after it.',
      examples: ['2026-11-22T10:00:00Z'],
    }),
  ),
  last: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'How many offsets before the high watermark to begin.',
      examples: [10],
    }),
  ),
  after: Type.Optional(Position),
}

const BOUNDS = {
  maxRecords: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: FETCH_RECORDS_MAX,
      description: `How many records to read; for JSON ${FETCH_RECORDS_DEFAULT} when not said. Streams end there, if it is given.`,
      examples: [FETCH_RECORDS_DEFAULT],
    }),
  ),
  maxBytes: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: FETCH_BYTES_MAX,
      description:
        'How many stored bytes to read; 1 MiB when not said, and one whole batch always. Streams end there, if it is given.',
      examples: [FETCH_BYTES_DEFAULT],
    }),
  ),
}

export const Format = Type.Union(
  [Type.Literal('json'), Type.Literal('text'), Type.Literal('base64')],
  {
    description:
      'One of json (values as JSON where they are JSON, else text, else base64), text (text, else base64), and base64.',
    examples: ['json'],
  },
)

const SHOWING = {
  format: Type.Optional(Format),
  ...READING_SCHEMAS,
  key: Type.Optional(
    Type.String({ description: 'Only records with this key.', examples: ['user-1'] }),
  ),
  keyBase64: Type.Optional(Base64),
  follow: Type.Optional(
    Type.Boolean({
      description:
        'Go on past the high watermark. NDJSON ends there unless this is true, an event stream goes on unless it is false.',
      examples: [true],
    }),
  ),
}

/** `header.NAME=value`: only records with that header. */
const FILTERED = {
  ...CLOSED,
  patternProperties: {
    '^header\\..': Type.String({ description: 'Only records with this header.' }),
  },
}

export const PartitionFetchQuery = Type.Object(
  {
    ...START,
    ...BOUNDS,
    minBytes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: FETCH_BYTES_MAX,
        description: 'With waitMs: wait for this many stored bytes; 1 when not said.',
        examples: [1],
      }),
    ),
    waitMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: FETCH_WAIT_MAX_MS,
        description: 'How long to wait, at most, for records when there are none; 0 when not said.',
        examples: [30_000],
      }),
    ),
    ...SHOWING,
  },
  FILTERED,
)
export type PartitionFetchQuery = Static<typeof PartitionFetchQuery>

export const TopicFetchQuery = Type.Object(
  {
    partitions: Type.Optional(
      Type.String({
        pattern: '^\\d{1,10}(,\\d{1,10})*$',
        maxLength: 1024,
        description: `Which partitions, as 0,2; all when not said. At most ${STREAM_PARTITIONS_MAX}.`,
        examples: ['0,2'],
      }),
    ),
    ...START,
    ...BOUNDS,
    ...SHOWING,
  },
  FILTERED,
)
export type TopicFetchQuery = Static<typeof TopicFetchQuery>

export const FetchHeaders = Type.Object({
  'last-event-id': Type.Optional(Position),
})

/** What NDJSON and raw answers say beside their body; of a whole topic, as positions. */
export const LOG_START_OFFSET_HEADER = 'Millrace-Log-Start-Offset'
export const HIGH_WATERMARK_HEADER = 'Millrace-High-Watermark'
export const NEXT_OFFSET_HEADER = 'Millrace-Next-Offset'
