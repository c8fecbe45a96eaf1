import { LogError, type LogErrorCode } from '@millrace/model/log-error'
import type { Answer } from '@millrace/testing/history'

/** What a caller knows of a change that ended with this error. */
export function answerOf(error: unknown): Answer {
  if (!(error instanceof LogError)) return 'unknown'
  if (error.fields.appended !== undefined)
    return error.fields.appended === false ? 'refused' : 'unknown'
  return error.code === 'STORAGE_FAILED' || error.code === 'INTERNAL_ERROR' ? 'unknown' : 'refused'
}

/** Whether a broker may answer so while its disk is sound. */
export function isOneOf(error: unknown, codes: readonly LogErrorCode[]): boolean {
  return error instanceof LogError && codes.includes(error.code)
}

/** Itself, or as a cause. */
export function isCausedBy(error: unknown, name: string): boolean {
  if (!(error instanceof Error)) return false
  return error.name === name || isCausedBy(error.cause, name)
}

/** Itself, or a cause: the error of a disk's call. */
export function hasCode(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && error.code === code) || hasCode(error.cause, code)
}
