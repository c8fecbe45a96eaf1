/** What a consumer of a share group sends and gets: records, acknowledgements, and dead letters again. */
import { ACKNOWLEDGEMENT_ERRORS, type AcknowledgementErrorCode } from '@millrace/model/share-group'
import { Type, type Static } from 'typebox'
import { FETCH_BYTES_MAX, FETCH_WAIT_MAX_MS, Format } from './fetch.ts'
import { Base64, RECORD_FIELDS } from './records.ts'
import { ConsumerName, RETRY_DELAY_MAX_MS } from './share-groups.ts'
import { CLOSED, CountOf, EpochMilliseconds, Nullable, TopicName } from './values.ts'

export const ACQUIRE_RECORDS_DEFAULT = 10
const ACQUIRE_RECORDS_MAX = 1_000
export const ACQUIRE_BYTES_DEFAULT = 1024 * 1024
const ACKNOWLEDGEMENTS_MAX = 10_000
const REASON_LENGTH_MAX = 1_000

const RECEIPT_EXAMPLE = 'q83vEjRWeJASNFZ4'

const Receipt = Type.String({
  description: 'Of one delivery of one record, as it came.',
  examples: [RECEIPT_EXAMPLE],
})

/**
 * One shape for all types, though not all have all fields: acknowledgements come by thousands a second, and of
 * alternatives each would be tried in turn. The route looks after the rest.
 */
const Acknowledgement = Type.Object(
  {
    receipt: Receipt,
    type: Type.Unsafe<'accept' | 'release' | 'reject' | 'renew' | 'return'>({
      type: 'string',
      enum: ['accept', 'release', 'reject', 'renew', 'return'],
      description:
        'accept: it is done. release: hand it out again. reject: give up on it. renew: its lock begins anew. ' +
        'return: it was not begun, and this delivery does not count.',
    }),
    delayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: RETRY_DELAY_MAX_MS,
        description:
          'With release: how long until it is handed out again; as retryDelaysMs has it when not said.',
        examples: [5_000],
      }),
    ),
    reason: Type.Optional(
      Type.String({
        maxLength: REASON_LENGTH_MAX,
        description: 'With release or reject: why, for the dead-letter topic.',
        examples: ['no such address'],
      }),
    ),
  },
  CLOSED,
)
export type Acknowledgement = Static<typeof Acknowledgement>

const ACKNOWLEDGEMENTS_EXAMPLE = [
  { receipt: RECEIPT_EXAMPLE, type: 'accept' },
  { receipt: 'AAAAAQIDBAUGBwgJ', type: 'release', delayMs: 5_000, reason: 'no such address' },
]

export const Acquire = Type.Object(
  {
    consumer: ConsumerName,
    maxRecords: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: ACQUIRE_RECORDS_MAX,
        description: `How many records to acquire; ${ACQUIRE_RECORDS_DEFAULT} when not said.`,
        examples: [ACQUIRE_RECORDS_DEFAULT],
      }),
    ),
    maxBytes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: FETCH_BYTES_MAX,
        description: 'How many bytes of records; 1 MiB when not said, and one whole record always.',
        examples: [ACQUIRE_BYTES_DEFAULT],
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
    format: Type.Optional(Format),
    acknowledgements: Type.Optional(
      Type.Array(Acknowledgement, {
        maxItems: ACKNOWLEDGEMENTS_MAX,
        description: 'They count before anything is acquired, and are on disk before the answer.',
      }),
    ),
  },
  {
    ...CLOSED,
    examples: [
      {
        consumer: 'w1',
        maxRecords: 10,
        waitMs: 30_000,
        acknowledgements: ACKNOWLEDGEMENTS_EXAMPLE,
      },
    ],
  },
)
export type Acquire = Static<typeof Acquire>

const LockedUntil = Type.Unsafe<number>({
  ...EpochMilliseconds,
  description: 'When its lock runs out. Milliseconds since the epoch.',
  examples: [1_763_800_030_000],
})

const ACQUIRED_EXAMPLE = {
  receipt: RECEIPT_EXAMPLE,
  deliveryCount: 1,
  lockedUntil: 1_763_800_030_000,
  topic: 'orders',
  partition: 0,
  offset: 42,
  timestamp: 1_763_800_000_000,
  key: 'user-1',
  value: { total: 3 },
  headers: [],
}

export const AcquiredRecord = Type.Object(
  {
    receipt: Type.Unsafe<string>({
      ...Receipt,
      description: 'What acknowledges this delivery, and no other.',
    }),
    deliveryCount: Type.Integer({
      minimum: 1,
      description: 'How often it has been handed out: 1, this is the first time.',
      examples: [1],
    }),
    lockedUntil: LockedUntil,
    topic: TopicName,
    ...RECORD_FIELDS,
  },
  { ...CLOSED, examples: [ACQUIRED_EXAMPLE] },
)
export type AcquiredRecord = Static<typeof AcquiredRecord>

const AcknowledgedList = Type.Array(
  Type.Object(
    {
      receipt: Receipt,
      code: Nullable(
        Type.Literal('RECEIPT_EXPIRED' satisfies AcknowledgementErrorCode, {
          description: `null: it counted. RECEIPT_EXPIRED: ${ACKNOWLEDGEMENT_ERRORS.RECEIPT_EXPIRED.about}`,
        }),
      ),
      lockedUntil: Type.Optional(LockedUntil),
    },
    CLOSED,
  ),
  { description: 'One for each acknowledgement, in order; lockedUntil for each that was renewed.' },
)

const ACKNOWLEDGED_EXAMPLE = [
  { receipt: RECEIPT_EXAMPLE, code: null },
  { receipt: 'AAAAAQIDBAUGBwgJ', code: 'RECEIPT_EXPIRED' },
]

export const AcquireAnswer = Type.Object(
  {
    records: Type.Array(AcquiredRecord, { description: 'Those of a partition in their order.' }),
    acknowledged: AcknowledgedList,
  },
  {
    ...CLOSED,
    examples: [{ records: [ACQUIRED_EXAMPLE], acknowledged: ACKNOWLEDGED_EXAMPLE }],
  },
)
export type AcquireAnswer = Static<typeof AcquireAnswer>

export const Acknowledge = Type.Object(
  {
    acknowledgements: Type.Array(Acknowledgement, { minItems: 1, maxItems: ACKNOWLEDGEMENTS_MAX }),
  },
  { ...CLOSED, examples: [{ acknowledgements: ACKNOWLEDGEMENTS_EXAMPLE }] },
)
export type Acknowledge = Static<typeof Acknowledge>

export const AcknowledgeAnswer = Type.Object(
  { acknowledged: AcknowledgedList },
  { ...CLOSED, examples: [{ acknowledged: ACKNOWLEDGED_EXAMPLE }] },
)
export type AcknowledgeAnswer = Static<typeof AcknowledgeAnswer>

export const Redrive = Type.Union(
  [
    Type.Object({ key: Type.Unknown() }, CLOSED),
    Type.Object({ keyBase64: Base64 }, CLOSED),
    Type.Object({ all: Type.Literal(true) }, CLOSED),
  ],
  {
    description:
      '{"key":"user-1"}, {"keyBase64":"AAEC/w=="}, or {"all":true}. A key that has a schema is named as records show it: ' +
      '{"key":{"id":1}}; also in text, {"key":"7"}.',
    examples: [{ key: 'user-1' }],
  },
)
export type Redrive = Static<typeof Redrive>

export const RedriveAnswer = Type.Object(
  {
    redriven: CountOf('Dead letters that are handed out again.'),
    gone: CountOf('Dead letters that the dead-letter topic does not hold any more.'),
    left: CountOf('Dead letters that this call did not come to: call again.'),
  },
  { ...CLOSED, examples: [{ redriven: 3, gone: 0, left: 0 }] },
)
export type RedriveAnswer = Static<typeof RedriveAnswer>
