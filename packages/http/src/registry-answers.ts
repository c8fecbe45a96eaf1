/** What a route of the registry may answer, for the OpenAPI document. */
import { REGISTRY_TYPE, RegistryFailure } from '@millrace/http-api/registry'
import { LogError, type LogErrorCode } from '@millrace/model/log-error'
import {
  REGISTRY_ERRORS,
  RegistryError,
  type RegistryErrorName,
} from '@millrace/model/registry-error'
import { mediaAnswer } from './answers.ts'
import { registryFailureOf } from './registry-failure.ts'

/** `names`: beside those that any request may meet. */
export function registryAnswers(
  description: string,
  schema: object,
  names: readonly (RegistryErrorName | LogErrorCode)[] = [],
): Record<number, object> {
  const failures = [...names, ...OF_ANY_REQUEST].map((name) => ({
    name,
    ...registryFailureOf(exampleOf(name)),
  }))
  const byStatus = Map.groupBy(failures, ({ status }) => status)
  const answers = [...byStatus].map(([status, its]) => {
    const examples = its.map(({ name, body }) => [name, { value: body }] as const)
    const content = {
      [REGISTRY_TYPE]: { schema: RegistryFailure, examples: Object.fromEntries(examples) },
    }
    return [status, { description: its.map(({ name }) => name).join(', '), content }] as const
  })
  return {
    200: mediaAnswer(description, { [REGISTRY_TYPE]: schema }),
    ...Object.fromEntries(answers),
  }
}

/** What whatever changes anything may meet. */
export const REGISTRY_WRITING: readonly (RegistryErrorName | LogErrorCode)[] = [
  'OPERATION_NOT_PERMITTED',
  'OVERLOADED',
  'STORAGE_FAILED',
  'STORAGE_FULL',
]

/** What a body may meet. */
export const REGISTRY_BODY: readonly (RegistryErrorName | LogErrorCode)[] = [
  'REQUEST_TOO_SLOW',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
]

const OF_ANY_REQUEST: readonly LogErrorCode[] = [
  'INVALID_REQUEST',
  'CROSS_ORIGIN',
  'HOST_NOT_ALLOWED',
  'HEADERS_TOO_LARGE',
  'INTERNAL_ERROR',
  'STOPPING',
]

function exampleOf(name: RegistryErrorName | LogErrorCode): RegistryError | LogError {
  return isOfRegistry(name)
    ? new RegistryError(name, REGISTRY_ERRORS[name].about)
    : new LogError(name, 'What happened here.')
}

function isOfRegistry(name: string): name is RegistryErrorName {
  return Object.hasOwn(REGISTRY_ERRORS, name)
}
