import type { DeadLetterCount, OffsetRange } from './broker.ts'
import type { Offset } from './offset.ts'

/** Every failure a caller should expect. Any other is a bug, is thrown as one, and leaves as INTERNAL_ERROR. */
export const LOG_ERRORS = {
  INVALID_REQUEST: { retriable: false, about: 'The request is not understood.' },
  INVALID_TOPIC: { retriable: false, about: 'That name is not allowed.' },
  INVALID_RECORD: { retriable: false, about: 'A record is not acceptable.' },
  CORRUPT_BATCH: { retriable: false, about: 'A record batch that was sent is not sound.' },
  TOO_MANY_PARTITIONS: { retriable: false, about: 'That is more partitions than allowed.' },
  CROSS_ORIGIN: { retriable: false, about: 'A page of another origin may not do that.' },
  HOST_NOT_ALLOWED: { retriable: false, about: 'This server does not go by that name.' },
  UNKNOWN_ROUTE: { retriable: false, about: 'There is nothing at that address.' },
  METHOD_NOT_ALLOWED: { retriable: false, about: 'That cannot be done at this address.' },
  HEADERS_TOO_LARGE: { retriable: false, about: 'The request has too many headers.' },
  UNKNOWN_TOPIC_OR_PARTITION: { retriable: false, about: 'No such topic, or no such partition.' },
  UNKNOWN_SCHEMA: { retriable: false, about: 'The schema registry has no such schema.' },
  UNKNOWN_GROUP: { retriable: false, about: 'No such group.' },
  UNKNOWN_MEMBER: { retriable: false, about: 'No such member of the group.' },
  NOT_ACCEPTABLE: { retriable: false, about: 'No answer of the accepted media types exists.' },
  UNSUPPORTED_MEDIA_TYPE: { retriable: false, about: 'That Content-Type is not understood here.' },
  REQUEST_TOO_SLOW: { retriable: true, about: 'The request did not arrive in time.' },
  BODY_TOO_LARGE: { retriable: false, about: 'The request body is too large.' },
  RECORD_TOO_LARGE: { retriable: false, about: 'A record is too large.' },
  TOPIC_EXISTS: { retriable: false, about: 'The topic exists, and is not as asked.' },
  PARTITIONS_CANNOT_SHRINK: { retriable: false, about: 'A topic never loses partitions.' },
  PRODUCER_FENCED: { retriable: false, about: 'A newer producer has taken over this producer id.' },
  OUT_OF_ORDER_SEQUENCE: { retriable: false, about: 'A sequence number is out of order.' },
  FENCED_MEMBER_EPOCH: { retriable: false, about: 'The group has moved on to a later epoch.' },
  GROUP_NOT_EMPTY: { retriable: false, about: 'The group has members.' },
  GROUP_MAX_SIZE_REACHED: { retriable: true, about: 'That is one member, or one group, too many.' },
  LOG_END_OFFSET_MISMATCH: {
    retriable: false,
    about: 'The log does not end where it was expected to.',
  },
  OFFSET_OUT_OF_RANGE: { retriable: false, about: 'The log does not hold that offset.' },
  IDEMPOTENCY_KEY_REUSED: {
    retriable: false,
    about: 'That idempotency key came with another body.',
  },
  OVERLOADED: { retriable: true, about: 'Too many bytes are waiting for the disk.' },
  CORRUPT_SEGMENT: { retriable: false, about: 'The disk returned what was not written.' },
  STORAGE_FAILED: {
    retriable: false,
    about: 'A write to the disk failed; nothing more is accepted.',
  },
  STORAGE_FULL: { retriable: true, about: 'The disk is nearly full.' },
  STOPPING: { retriable: true, about: 'The server is stopping.' },
  INTERNAL_ERROR: { retriable: false, about: 'This is a bug in the server.' },
  DATA_DIRECTORY_IN_USE: {
    retriable: true,
    about: 'Another process has this data directory open.',
  },
  NOT_A_DATA_DIRECTORY: { retriable: false, about: 'That directory is not a data directory.' },
  DATA_DIRECTORY_NEWER: { retriable: false, about: 'The data directory is from a newer version.' },
  DATA_DIRECTORY_DAMAGED: { retriable: false, about: 'The data directory is damaged.' },
} as const satisfies Record<string, { retriable: boolean; about: string }>

export type LogErrorCode = keyof typeof LOG_ERRORS

/** Was anything written? `unknown`: the write failed half-way, only the next start will tell. */
export type Appended = false | true | 'partial' | 'unknown'

/** What an error can say beyond its text, so that a program can act on it. */
export interface LogErrorFields {
  readonly appended?: Appended
  readonly logStartOffset?: Offset
  readonly highWatermark?: Offset
  readonly logEndOffset?: Offset
  readonly expectedSequence?: number
  readonly currentEpoch?: number
  readonly retryAfterMs?: number
  /** The first record, batch or item of the request that is at fault, from 0. */
  readonly index?: number
  /** There is none of this name. */
  readonly topic?: string
  /** There is no share group of this name. */
  readonly shareGroup?: string
  /** It has no schema of that version in the registry. */
  readonly subject?: string
  /** The line at fault of a body of lines, from 1. */
  readonly line?: number
  /** Where to go on with a body of lines: those before it are appended. */
  readonly nextLine?: number
  /** What was appended, when it is not all. */
  readonly ranges?: readonly OffsetRange[]
  /** What went to dead-letter topics of that, when it is not all. */
  readonly deadLetters?: readonly DeadLetterCount[]
  /** Where a stream was: `partition:nextOffset` of each partition. */
  readonly position?: string
  /** What is wrong with the request, place by place: a JSON Pointer, or a parameter. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  /** The first offset that cannot be read. */
  readonly damagedFrom?: Offset
  /** The first offset after the damage that can. */
  readonly nextReadableOffset?: Offset
}

export class LogError extends Error {
  override readonly name = 'LogError'
  readonly code: LogErrorCode
  /** What happened here, and what to do next. */
  readonly detail: string
  readonly fields: LogErrorFields

  constructor(
    code: LogErrorCode,
    detail: string,
    fields: LogErrorFields & { readonly cause?: unknown } = {},
  ) {
    const { cause, ...rest } = fields
    super(`${LOG_ERRORS[code].about} ${detail}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.detail = detail
    this.fields = rest
  }

  get retriable(): boolean {
    return LOG_ERRORS[this.code].retriable
  }
}
