/**
 * What the shapes of the API are made of: names, offsets, times.
 *
 * Offsets keep their brand through a schema: it admits what `toOffset` admits, so that a body which
 * passed validation needs no second look.
 */
import { OFFSET_MAX, type Offset } from '@millrace/model/offset'
import { NAME_LENGTH_MAX } from '@millrace/model/topic'
import { type Static, Type, type TSchema } from 'typebox'

/** 1 to 249 of `a-z A-Z 0-9 . _ -`, but neither `.` nor `..`. */
const NAME_RULE = '^(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}$'

export const TopicName = Type.String({
  pattern: NAME_RULE,
  maxLength: NAME_LENGTH_MAX,
  description:
    'The name of a topic: 1 to 249 of a-z A-Z 0-9 . _ - but neither . nor .. alone. ' +
    'Names that begin with __ are readable, not writable.',
  examples: ['orders'],
})

export const GroupName = Type.String({
  pattern: NAME_RULE,
  maxLength: NAME_LENGTH_MAX,
  description:
    'The name of a consumer group: 1 to 249 of a-z A-Z 0-9 . _ - but neither . nor .. alone.',
  examples: ['billing'],
})

export const MemberId = Type.String({
  pattern: NAME_RULE,
  maxLength: NAME_LENGTH_MAX,
  description: 'A member of a consumer group: 1 to 249 of a-z A-Z 0-9 . _ -',
  examples: ['m1'],
})
export type MemberId = Static<typeof MemberId>

export const PARTITION_MAX = 2 ** 31 - 1

export const PartitionIndex = Type.Integer({
  minimum: 0,
  maximum: PARTITION_MAX,
  description: 'A partition of the topic, from 0.',
  examples: [0],
})

/** The schema of an offset that means `description`. */
export function OffsetOf(description: string, example: number) {
  return Type.Unsafe<Offset>({
    type: 'integer',
    minimum: 0,
    maximum: OFFSET_MAX,
    description,
    examples: [example],
  })
}

export const Count = Type.Integer({ minimum: 0 })

export function CountOf(description: string) {
  return Type.Integer({ minimum: 0, description })
}

export const EpochMilliseconds = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Milliseconds since the epoch.',
  examples: [1_763_800_000_000],
})

/** A plus that is typed into an address by hand arrives as a space. */
const RFC_3339_PATTERN =
  '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+ -]\\d{2}:\\d{2})$'

const Rfc3339 = Type.String({
  pattern: RFC_3339_PATTERN,
  maxLength: 64,
  description: 'A time by RFC 3339.',
  examples: ['2026-11-22T10:00:00Z'],
})

/** A time in a body: epoch milliseconds, or RFC 3339. */
export const Timestamp = Type.Union([EpochMilliseconds, Rfc3339], {
  description: 'Milliseconds since the epoch, or a time by RFC 3339.',
})

export function Nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()])
}

export const Durability = Type.Literal('fsync', {
  description: 'What was acknowledged is on disk.',
})

export const PAGE_LIMIT_DEFAULT = 100
const PAGE_LIMIT_MAX = 1000

export const PageLimit = Type.Integer({
  minimum: 1,
  maximum: PAGE_LIMIT_MAX,
  description: `How many to list; ${PAGE_LIMIT_DEFAULT} when not said.`,
  examples: [PAGE_LIMIT_DEFAULT],
})

/** Of a page: where the next one begins. */
export const NextPage = Type.Optional(
  Type.String({ description: 'Absent at the end; else the `after` of the next page.' }),
)

/** A name or its beginning, or nothing: only what names are made of. */
export function NamePartOf(description: string, example: string) {
  return Type.String({ pattern: '^[a-zA-Z0-9._-]{0,249}$', description, examples: [example] })
}

/** Where a page of a list of names begins. */
export function AfterName(example: string) {
  return NamePartOf('The last name seen: the page begins after it.', example)
}

/** Every object of the API is closed: a field that is not known is refused by name. */
export const CLOSED = { additionalProperties: false } as const
