import type { RegistryFailure } from '@millrace/http-api/registry'
import { LogError, type LogErrorCode } from '@millrace/model/log-error'
import type { RegistryError } from '@millrace/model/registry-error'
import { HTTP_STATUS } from './errors.ts'

export const REGISTRY_PATH = '/registry'

/** Also for an address below it where nothing is. */
export function isOfRegistry(url: string): boolean {
  const path = url.replace(/\?.*$/s, '')
  return path === REGISTRY_PATH || path.startsWith(`${REGISTRY_PATH}/`)
}

/** A failure in the form of Confluent's API. */
export function registryFailureOf(error: LogError | RegistryError): {
  readonly status: number
  readonly body: RegistryFailure
} {
  if (!(error instanceof LogError)) {
    return { status: error.status, body: { error_code: error.errorCode, message: error.message } }
  }
  // A body that is JSON, and yet not what was asked for: Confluent's API tells it from one that is none.
  const status = error.fields.errors === undefined ? HTTP_STATUS[error.code] : UNPROCESSABLE
  return {
    status,
    body: { error_code: OF_STORE.has(error.code) ? STORE_ERROR : status, message: error.message },
  }
}

const UNPROCESSABLE = 422
/** "Error in the backend datastore". */
const STORE_ERROR = 50001
const OF_STORE: ReadonlySet<LogErrorCode> = new Set([
  'CORRUPT_SEGMENT',
  'STORAGE_FAILED',
  'STORAGE_FULL',
])
