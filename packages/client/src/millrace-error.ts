import type { Problem } from '@millrace/http-api/errors'
import { LOG_ERRORS, type Appended, type LogErrorCode } from '@millrace/model/log-error'
import { REGISTRY_ERRORS, type RegistryErrorName } from '@millrace/model/registry-error'

/** What only a client can say. */
export const CLIENT_ERRORS = {
  NO_ANSWER: { retriable: true, about: 'No answer came.' },
  UNEXPECTED_ANSWER: { retriable: false, about: 'The answer is not one that Millrace gives.' },
  TIMED_OUT: { retriable: true, about: 'The record could not be sent in time.' },
  CLOSED: { retriable: false, about: 'It is closed.' },
  REGISTRY_FAILED: { retriable: false, about: 'The schema registry could not do it.' },
  UNRESOLVABLE: { retriable: false, about: 'The data cannot be read with that schema.' },
} as const satisfies Record<string, { retriable: boolean; about: string }>

export type MillraceErrorCode = LogErrorCode | RegistryErrorName | keyof typeof CLIENT_ERRORS

/** Every failure that a caller should expect. A bad argument is a TypeError; an abort is its signal's reason. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  /** What a program should look at: a row of the server's error table, the registry's, or of `CLIENT_ERRORS`. */
  readonly code: MillraceErrorCode
  /** Of the HTTP answer; undefined when there was none. */
  readonly status: number | undefined
  /** The same request may succeed later. */
  readonly retriable: boolean
  /** Whether anything was written. `unknown`: the request may have been carried out, or may still be. */
  readonly appended: Appended
  /** What happened, and what to do next. */
  readonly detail: string
  /** The server's answer, with all that it said: offsets, sequences, when to come back. */
  readonly problem: Problem | undefined
  /** `error_code` of an answer of the schema registry, as Confluent's API has it. */
  readonly errorCode: number | undefined
  /** Of data that does not fit a schema: where in it, as a JSON Pointer; empty for the whole. */
  readonly path: string | undefined

  constructor(
    code: MillraceErrorCode,
    detail: string,
    more: {
      readonly status?: number | undefined
      readonly errorCode?: number
      readonly path?: string
      readonly retriable?: boolean
      readonly appended?: Appended
      readonly problem?: Problem | undefined
      readonly cause?: unknown
    } = {},
  ) {
    super(messageOf(code, detail), more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.status = more.status
    this.retriable = more.retriable ?? isRetriable(code)
    this.appended = more.appended ?? false
    this.detail = detail
    this.problem = more.problem
    this.errorCode = more.errorCode
    this.path = more.path
  }
}

/** The same failure, when an earlier attempt may have been carried out. */
export function withUnknownOutcome(error: MillraceError): MillraceError {
  const { code, detail, status, retriable, problem } = error
  return new MillraceError(code, detail, {
    status,
    retriable,
    problem,
    appended: 'unknown',
    cause: error,
  })
}

const ALL: Readonly<Record<string, { retriable: boolean; about: string } | undefined>> = {
  ...LOG_ERRORS,
  ...CLIENT_ERRORS,
}

/** A server that is newer than this client may know codes that this client does not. */
function messageOf(code: MillraceErrorCode, detail: string): string {
  // What the registry says is a whole sentence.
  return code in REGISTRY_ERRORS ? detail : `${ALL[code]?.about ?? `${code}.`} ${detail}`
}

function isRetriable(code: MillraceErrorCode): boolean {
  return ALL[code]?.retriable ?? false
}
