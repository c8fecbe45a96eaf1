import { REGISTRY_ERRORS, type RegistryErrorName } from '@millrace/model/registry-error'
import { MillraceError } from './millrace-error.ts'

/**
 * What the schema registry refused, in the form of Confluent's API: `{"error_code":40401,"message":"…"}`. Undefined for
 * a body of another form.
 */
export function registryErrorOf(body: object, status: number): MillraceError | undefined {
  if (!('error_code' in body && 'message' in body)) return undefined
  const { error_code: errorCode, message } = body
  if (typeof errorCode !== 'number' || typeof message !== 'string') return undefined
  const code = NAMES.get(errorCode)
  if (code !== undefined) return new MillraceError(code, message, { status, errorCode })
  const retriable = status === TOO_MANY_REQUESTS || status === UNAVAILABLE
  const appended = status >= SERVER_FAILED && !retriable ? 'unknown' : false
  return new MillraceError('REGISTRY_FAILED', message, { status, errorCode, retriable, appended })
}

const NAMES: ReadonlyMap<number, RegistryErrorName> = new Map(
  Object.entries(REGISTRY_ERRORS).map(([name, { errorCode }]) => [
    errorCode,
    name as RegistryErrorName,
  ]),
)

const TOO_MANY_REQUESTS = 429
const SERVER_FAILED = 500
const UNAVAILABLE = 503
