import type { LogErrorCode } from '@millrace/model/log-error'

/** What a shell learns from `$?`. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unauthorized: 5,
  unavailable: 6,
  corruption: 7,
  interrupted: 130,
} as const

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]

/** What each failure is to a shell. A new code does not compile until it has a row here. */
export const EXIT_STATUS: Record<LogErrorCode, ExitStatus> = {
  INVALID_REQUEST: EXIT.usage,
  INVALID_TOPIC: EXIT.usage,
  INVALID_RECORD: EXIT.failure,
  CORRUPT_BATCH: EXIT.corruption,
  TOO_MANY_PARTITIONS: EXIT.usage,
  CROSS_ORIGIN: EXIT.unauthorized,
  HOST_NOT_ALLOWED: EXIT.unauthorized,
  UNKNOWN_ROUTE: EXIT.notFound,
  METHOD_NOT_ALLOWED: EXIT.failure,
  UNKNOWN_TOPIC_OR_PARTITION: EXIT.notFound,
  UNKNOWN_SCHEMA: EXIT.notFound,
  UNKNOWN_GROUP: EXIT.notFound,
  UNKNOWN_MEMBER: EXIT.notFound,
  NOT_ACCEPTABLE: EXIT.failure,
  UNSUPPORTED_MEDIA_TYPE: EXIT.failure,
  HEADERS_TOO_LARGE: EXIT.failure,
  REQUEST_TOO_SLOW: EXIT.unavailable,
  BODY_TOO_LARGE: EXIT.failure,
  RECORD_TOO_LARGE: EXIT.failure,
  TOPIC_EXISTS: EXIT.conflict,
  PARTITIONS_CANNOT_SHRINK: EXIT.conflict,
  PRODUCER_FENCED: EXIT.conflict,
  OUT_OF_ORDER_SEQUENCE: EXIT.conflict,
  FENCED_MEMBER_EPOCH: EXIT.conflict,
  GROUP_NOT_EMPTY: EXIT.conflict,
  GROUP_MAX_SIZE_REACHED: EXIT.conflict,
  LOG_END_OFFSET_MISMATCH: EXIT.conflict,
  OFFSET_OUT_OF_RANGE: EXIT.conflict,
  IDEMPOTENCY_KEY_REUSED: EXIT.conflict,
  OVERLOADED: EXIT.unavailable,
  CORRUPT_SEGMENT: EXIT.corruption,
  STORAGE_FAILED: EXIT.unavailable,
  STORAGE_FULL: EXIT.unavailable,
  STOPPING: EXIT.unavailable,
  INTERNAL_ERROR: EXIT.failure,
  DATA_DIRECTORY_IN_USE: EXIT.conflict,
  NOT_A_DATA_DIRECTORY: EXIT.usage,
  DATA_DIRECTORY_NEWER: EXIT.conflict,
  DATA_DIRECTORY_DAMAGED: EXIT.corruption,
}
