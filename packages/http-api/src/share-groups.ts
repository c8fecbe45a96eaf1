/** Share groups: what an operator says of one, and how far it is. */
import { Type, type Static } from 'typebox'
import {
  AfterName,
  CLOSED,
  CountOf,
  GroupName,
  MemberId,
  NextPage,
  Nullable,
  OffsetOf,
  PageLimit,
  PartitionIndex,
  TopicName,
} from './values.ts'

const TOPICS_MAX = 1_000
const LOCK_DEFAULT_MS = 30_000
const LOCK_MIN_MS = 1_000
const LOCK_MAX_MS = 3_600_000
const DELIVERIES_DEFAULT = 5
const DELIVERIES_MAX = 100
const RETRY_DELAYS_DEFAULT_MS = [1_000, 5_000, 30_000]
const RETRY_DELAYS_MAX = 100
/** A week. */
export const RETRY_DELAY_MAX_MS = 604_800_000

const ShareGroupName = Type.Unsafe<string>({
  ...GroupName,
  description:
    'The name of a share group: 1 to 249 of a-z A-Z 0-9 . _ - but neither . nor .. alone.',
})

/** Who acquires records. */
export const ConsumerName = Type.Unsafe<string>({
  ...MemberId,
  description: 'A name that the consumer gives itself: 1 to 249 of a-z A-Z 0-9 . _ -',
  examples: ['w1'],
})

const Ordering = Type.Union([Type.Literal('key'), Type.Literal('none')], {
  description:
    'key: a record is handed out once all earlier ones of its key are settled, or together with them. none: as they come.',
  examples: ['key'],
})

const AcquisitionLock = Type.Integer({
  minimum: LOCK_MIN_MS,
  maximum: LOCK_MAX_MS,
  description: 'How long who acquired a record has for it; then it is handed out again.',
  examples: [LOCK_DEFAULT_MS],
})

const DeliveryCountMax = Type.Integer({
  minimum: 1,
  maximum: DELIVERIES_MAX,
  description: 'How often a record is handed out before it is given up on.',
  examples: [DELIVERIES_DEFAULT],
})

const RetryDelays = Type.Array(Type.Integer({ minimum: 0, maximum: RETRY_DELAY_MAX_MS }), {
  maxItems: RETRY_DELAYS_MAX,
  description:
    'How long to wait before the second delivery, the third, and so on; the last counts for all that follow.',
  examples: [RETRY_DELAYS_DEFAULT_MS],
})

const DeadLetterPolicy = Type.Union([Type.Literal('skip'), Type.Literal('park-key')], {
  description:
    'What becomes of the key of a record that is given up on. skip: it goes on. park-key: all its later records go to ' +
    'the dead-letter topic, too, until they are redriven.',
  examples: ['skip'],
})

const ABOUT_DEAD_LETTERS =
  'null (a record that is given up on is gone), or where it is copied: {"topic":"orders.dead","policy":"skip" or "park-key"}'

const SETTINGS_EXAMPLE = {
  topics: ['orders'],
  ordering: 'key',
  acquisitionLockMs: LOCK_DEFAULT_MS,
  maxDeliveryCount: DELIVERIES_DEFAULT,
  retryDelaysMs: RETRY_DELAYS_DEFAULT_MS,
  deadLetter: { topic: 'orders.dead', policy: 'skip' },
} as const

export const ShareGroupInput = Type.Object(
  {
    topics: Type.Array(TopicName, {
      minItems: 1,
      maxItems: TOPICS_MAX,
      uniqueItems: true,
      description: 'Whose records are handed out.',
      examples: [['orders']],
    }),
    start: Type.Optional(
      Type.Union([Type.Literal('earliest'), Type.Literal('latest')], {
        description: 'Where it begins in a topic that it did not have; earliest when not said.',
        examples: ['earliest'],
      }),
    ),
    ordering: Type.Optional(Ordering),
    acquisitionLockMs: Type.Optional(AcquisitionLock),
    maxDeliveryCount: Type.Optional(DeliveryCountMax),
    retryDelaysMs: Type.Optional(RetryDelays),
    deadLetter: Type.Optional(
      Type.Union(
        [
          Type.Object({ topic: TopicName, policy: Type.Optional(DeadLetterPolicy) }, CLOSED),
          Type.Null(),
        ],
        { description: `${ABOUT_DEAD_LETTERS}, skip when not said.` },
      ),
    ),
  },
  {
    ...CLOSED,
    description:
      'All of its settings: what is not said takes its default, which is ordering key, acquisitionLockMs ' +
      `${LOCK_DEFAULT_MS}, maxDeliveryCount ${DELIVERIES_DEFAULT}, retryDelaysMs ` +
      `${JSON.stringify(RETRY_DELAYS_DEFAULT_MS)}, deadLetter null.`,
    examples: [{ ...SETTINGS_EXAMPLE, start: 'earliest' }],
  },
)
export type ShareGroupInput = Static<typeof ShareGroupInput>

export const ShareGroupPath = Type.Object({ group: ShareGroupName }, CLOSED)

export const ConsumerPath = Type.Object({ group: ShareGroupName, consumer: ConsumerName }, CLOSED)

export const ShareGroupPageQuery = Type.Object(
  { limit: Type.Optional(PageLimit), after: Type.Optional(AfterName('mail')) },
  CLOSED,
)
export type ShareGroupPageQuery = Static<typeof ShareGroupPageQuery>

export const ShareGroupPage = Type.Object(
  {
    groups: Type.Array(
      Type.Object(
        { group: ShareGroupName, topics: Type.Array(TopicName), ordering: Ordering },
        CLOSED,
      ),
    ),
    next: NextPage,
  },
  {
    ...CLOSED,
    examples: [{ groups: [{ group: 'mail', topics: ['orders'], ordering: 'key' }], next: 'mail' }],
  },
)
export type ShareGroupPage = Static<typeof ShareGroupPage>

const SharePartition = Type.Object(
  {
    topic: TopicName,
    partition: PartitionIndex,
    startOffset: OffsetOf('Every record before it is settled.', 40),
    endOffset: OffsetOf('One past the newest record that was handed out, or settled.', 45),
    highWatermark: OffsetOf('The first offset that is not yet readable.', 100),
    unsettled: CountOf('Records that are not settled, acquired ones among them.'),
    acquired: CountOf('Records that consumers have now.'),
    retrying: CountOf('Records that were handed out before, and wait to be again.'),
    parkedKeys: CountOf('Keys whose records all go to the dead-letter topic.'),
    deadLetters: CountOf('Records in the dead-letter topic that were not redriven.'),
    expired: CountOf('Unsettled records that retention, or a trim, passed.'),
    unreadable: CountOf('Unsettled records that damage made unreadable: they were passed over.'),
    isFull: Type.Boolean({
      description:
        'As many records as may be follow the first unsettled one: nothing newer is handed out until it is settled.',
    }),
  },
  CLOSED,
)

export const ShareGroupDescription = Type.Object(
  {
    group: ShareGroupName,
    topics: Type.Array(TopicName),
    ordering: Ordering,
    acquisitionLockMs: AcquisitionLock,
    maxDeliveryCount: DeliveryCountMax,
    retryDelaysMs: RetryDelays,
    deadLetter: Type.Union(
      [Type.Object({ topic: TopicName, policy: DeadLetterPolicy }, CLOSED), Type.Null()],
      { description: `${ABOUT_DEAD_LETTERS}.` },
    ),
    partitions: Type.Array(SharePartition),
    consumers: Type.Array(
      Type.Object({ consumer: ConsumerName, acquired: Type.Integer({ minimum: 1 }) }, CLOSED),
      { description: 'Who has records now.' },
    ),
    deadLetterProblem: Nullable(
      Type.String({
        description:
          'Why records that were given up on could not be copied to the dead-letter topic yet; null: all were.',
      }),
    ),
  },
  {
    ...CLOSED,
    examples: [
      {
        group: 'mail',
        ...SETTINGS_EXAMPLE,
        partitions: [
          {
            topic: 'orders',
            partition: 0,
            startOffset: 40,
            endOffset: 45,
            highWatermark: 100,
            unsettled: 58,
            acquired: 2,
            retrying: 1,
            parkedKeys: 0,
            deadLetters: 1,
            expired: 0,
            unreadable: 0,
            isFull: false,
          },
        ],
        consumers: [{ consumer: 'w1', acquired: 2 }],
        deadLetterProblem: null,
      },
    ],
  },
)
export type ShareGroupDescription = Static<typeof ShareGroupDescription>
