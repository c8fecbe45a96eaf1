/** What a route may answer, for the OpenAPI document: its own answers, and each problem with an example. */
import { type Problem, PROBLEM_TYPE } from '@millrace/http-api/errors'
import { JSON_TYPE } from '@millrace/http-api/records'
import {
  LOG_ERRORS,
  LogError,
  type LogErrorCode,
  type LogErrorFields,
} from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import { HTTP_STATUS } from './errors.ts'
import { byName } from './named-schemas.ts'
import { problemOf } from './problem.ts'

/** `codes`: beside those that any request may meet. */
export function answers(
  own: Readonly<Record<number, object>>,
  codes: readonly LogErrorCode[] = [],
): Record<number, object> {
  const byStatus = Map.groupBy([...codes, ...OF_ANY_REQUEST], (code) => HTTP_STATUS[code])
  const problems = [...byStatus].map(([status, its]) => [status, problemAnswer(its)] as const)
  return { ...Object.fromEntries(problems), ...own }
}

/** An answer in JSON. */
export function jsonAnswer(description: string, schema: object): object {
  return mediaAnswer(description, { [JSON_TYPE]: schema })
}

/** An answer without a body. */
export function emptyAnswer(description: string): object {
  return { description, type: 'null' }
}

/** An answer of other media types than JSON. */
export function mediaAnswer(
  description: string,
  content: Readonly<Record<string, object>>,
): object {
  const entries = Object.entries(content).map(
    ([type, schema]) => [type, { schema: byName(schema) }] as const,
  )
  return { description, content: Object.fromEntries(entries) }
}

const OF_ANY_REQUEST: readonly LogErrorCode[] = [
  'INVALID_REQUEST',
  'CROSS_ORIGIN',
  'HOST_NOT_ALLOWED',
  'HEADERS_TOO_LARGE',
  'INTERNAL_ERROR',
  'STOPPING',
]

function problemAnswer(codes: readonly LogErrorCode[]): object {
  const examples = codes.map((code) => [code, { value: exampleOf(code) }] as const)
  return {
    description: codes.map((code) => `${code}: ${LOG_ERRORS[code].about}`).join(' '),
    content: {
      [PROBLEM_TYPE]: { schema: { $ref: 'Problem#' }, examples: Object.fromEntries(examples) },
    },
  }
}

function exampleOf(code: LogErrorCode): Problem {
  const { detail = 'What happened here, and what to do next.', ...fields } = EXAMPLES[code] ?? {}
  return problemOf(new LogError(code, detail, fields))
}

const EXAMPLES: { [Code in LogErrorCode]?: LogErrorFields & { readonly detail?: string } } = {
  INVALID_REQUEST: {
    detail: '/partition: there is no such field.',
    errors: [{ path: '/partition', message: 'there is no such field' }],
  },
  INVALID_RECORD: {
    detail: 'Record 7: The value is given twice.',
    index: 7,
    errors: [{ path: '/records/7', message: 'The value is given twice.' }],
  },
  OFFSET_OUT_OF_RANGE: {
    detail: 'Offset 7 of orders-0 is gone; the log begins at 100.',
    logStartOffset: 100 as Offset,
    highWatermark: 250 as Offset,
    logEndOffset: 250 as Offset,
  },
  LOG_END_OFFSET_MISMATCH: { detail: 'orders-0 ends at 43.', logEndOffset: 43 as Offset },
  OUT_OF_ORDER_SEQUENCE: { detail: 'Sequence 9 came after 4.', expectedSequence: 5 },
  FENCED_MEMBER_EPOCH: { detail: 'The group is at epoch 8.', currentEpoch: 8 },
  OVERLOADED: { detail: '67108864 bytes wait for the disk.', retryAfterMs: 350 },
  CORRUPT_SEGMENT: {
    detail: 'Offsets 100 to 119 of orders-0 cannot be read.',
    damagedFrom: 100 as Offset,
    nextReadableOffset: 120 as Offset,
  },
}

/** What whatever writes may meet. */
export const WRITING: readonly LogErrorCode[] = [
  'REQUEST_TOO_SLOW',
  'BODY_TOO_LARGE',
  'OVERLOADED',
  'STORAGE_FAILED',
  'STORAGE_FULL',
]
