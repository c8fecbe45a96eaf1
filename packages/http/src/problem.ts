import { type Problem, problemTypeUri } from '@millrace/http-api/errors'
import { LOG_ERRORS, type LogError } from '@millrace/model/log-error'
import { HTTP_STATUS } from './errors.ts'
import { nextStep } from './next-step.ts'

/** The problem document of a failure. Unless the failure says otherwise, nothing was written. */
export function problemOf(error: LogError): Problem {
  const { code, detail, fields } = error
  const { appended = false, errors, ranges, deadLetters, ...rest } = fields
  return {
    type: problemTypeUri(code),
    title: LOG_ERRORS[code].about,
    status: HTTP_STATUS[code],
    code,
    detail: `${detail} ${nextStep(error)}`.trimEnd(),
    retriable: error.retriable,
    appended,
    ...rest,
    ...(ranges === undefined ? {} : { ranges: [...ranges] }),
    ...(deadLetters === undefined ? {} : { deadLetters: [...deadLetters] }),
    ...(errors === undefined ? {} : { errors: errors.map((one) => ({ ...one })) }),
  }
}
