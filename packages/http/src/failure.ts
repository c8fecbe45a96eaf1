import { LogError } from '@millrace/model/log-error'
import type { FastifyError, FastifyRequest } from 'fastify'
import { noBody, unsupportedMediaType } from './media-type-problem.ts'
import { notUtf8 } from './parameters.ts'
import { validationProblem } from './validation-problem.ts'

/** What went wrong, in the words of the one error table; undefined for what is a bug. */
export function knownFailure(
  error: FastifyError | Error,
  request: FastifyRequest,
): LogError | undefined {
  if (error instanceof LogError) return error
  if (!('code' in error)) return undefined
  if ('validation' in error && error.validation !== undefined) {
    if (error.validationContext === 'body' && request.body === undefined) return noBody(request)
    return validationProblem(error.validation, error.validationContext)
  }
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType(request)
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new LogError('BODY_TOO_LARGE', 'It is more than is read here.', { appended: false })
    case 'FST_ERR_BAD_URL':
      return notUtf8(error)
    default: {
      const { statusCode } = error
      const isTheirs = statusCode !== undefined && statusCode >= 400 && statusCode < 500
      return isTheirs
        ? new LogError('INVALID_REQUEST', error.message, { appended: false })
        : undefined
    }
  }
}

/** A bug's answer: nothing of its cause, which is in the log. */
export function bugFailure(request: FastifyRequest): LogError {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  return new LogError(
    'INTERNAL_ERROR',
    `The log of the server has it, under request ${request.id}.`,
    {
      appended: isRead ? false : 'unknown',
    },
  )
}
