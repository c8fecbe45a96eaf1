/** The problem document (RFC 9457) that every error is. */
import { LOG_ERRORS, type LogErrorCode } from '@millrace/model/log-error'
import { Type, type Static } from 'typebox'
import { DeadLetterCounts, OffsetRange } from './records.ts'
import { CLOSED, Count, OffsetOf } from './values.ts'

export const PROBLEM_TYPE = 'application/problem+json'

/** `https://millrace.dev/problems/offset-out-of-range` */
export function problemTypeUri(code: LogErrorCode): string {
  return `https://millrace.dev/problems/${code.toLowerCase().replaceAll('_', '-')}`
}

const Code = Type.Unsafe<LogErrorCode>({
  type: 'string',
  enum: Object.keys(LOG_ERRORS),
  description: 'What a program should look at.',
})

const Appended = Type.Union(
  [Type.Literal(false), Type.Literal(true), Type.Literal('partial'), Type.Literal('unknown')],
  {
    description:
      'false: nothing was written; true: all was; partial: what `ranges` names, and `deadLetters` counts; ' +
      'unknown: the outcome is not known.',
  },
)

export const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Code,
    detail: Type.String({ description: 'What happened here, and what to do next.' }),
    retriable: Type.Boolean({ description: 'The same request may succeed later.' }),
    appended: Appended,
    logStartOffset: Type.Optional(OffsetOf('The earliest readable offset.', 100)),
    highWatermark: Type.Optional(OffsetOf('The first offset that is not yet readable.', 250)),
    logEndOffset: Type.Optional(OffsetOf('The offset that the next record gets.', 250)),
    expectedSequence: Type.Optional(Type.Integer()),
    currentEpoch: Type.Optional(Type.Integer()),
    retryAfterMs: Type.Optional(Count),
    index: Type.Optional(
      Type.Integer({ minimum: 0, description: 'The record or item at fault, from 0.' }),
    ),
    topic: Type.Optional(
      Type.String({ description: 'There is no topic of this name.', examples: ['ordres'] }),
    ),
    subject: Type.Optional(
      Type.String({
        description: 'It has no such schema in the registry.',
        examples: ['orders-value'],
      }),
    ),
    shareGroup: Type.Optional(
      Type.String({ description: 'There is no share group of this name.', examples: ['mail'] }),
    ),
    line: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The line at fault of an NDJSON body, from 1.' }),
    ),
    nextLine: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Go on with this line: those before are appended.' }),
    ),
    ranges: Type.Optional(Type.Array(OffsetRange)),
    deadLetters: Type.Optional(DeadLetterCounts),
    damagedFrom: Type.Optional(OffsetOf('The first offset that cannot be read.', 100)),
    nextReadableOffset: Type.Optional(OffsetOf('The first after the damage that can.', 120)),
    position: Type.Optional(
      Type.String({ description: 'Where the stream was.', examples: ['0:43,2:17'] }),
    ),
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            path: Type.String({ description: 'A JSON Pointer into the body, or a parameter.' }),
            message: Type.String(),
          },
          CLOSED,
        ),
      ),
    ),
  },
  {
    ...CLOSED,
    examples: [
      {
        type: 'https://millrace.dev/problems/offset-out-of-range',
        title: 'The log does not hold that offset.',
        status: 416,
        code: 'OFFSET_OUT_OF_RANGE',
        detail: 'orders-0 holds offsets 100 to 250; 7 is not among them.',
        retriable: false,
        appended: false,
        logStartOffset: 100,
        highWatermark: 250,
        logEndOffset: 250,
      },
    ],
  },
)
export type Problem = Static<typeof Problem>
