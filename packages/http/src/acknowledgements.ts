import type { Acknowledgement as AcknowledgementBody } from '@millrace/http-api/share-records'
import { LogError } from '@millrace/model/log-error'
import type { Acknowledgement } from '@millrace/model/share-group'

/** Acknowledgements that fit their schema, unless one has a field that its type does not: INVALID_REQUEST. */
export function acknowledgementsOf(
  bodies: readonly AcknowledgementBody[],
): readonly Acknowledgement[] {
  // They come by thousands a second, and nearly always none is at fault.
  if (bodies.every(isWhole)) return bodies
  const errors = bodies.flatMap(faultsOf).slice(0, ERRORS_SHOWN_MAX)
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
  throw new LogError('INVALID_REQUEST', `${detail}.`, { appended: false, errors })
}

function isWhole({ type, delayMs, reason }: AcknowledgementBody): boolean {
  return (
    (delayMs === undefined || type === 'release') &&
    (reason === undefined || type === 'release' || type === 'reject')
  )
}

function faultsOf({ type, delayMs, reason }: AcknowledgementBody, index: number) {
  const path = `/acknowledgements/${index}`
  const faults: { readonly path: string; readonly message: string }[] = []
  if (delayMs !== undefined && type !== 'release') {
    faults.push({ path: `${path}/delayMs`, message: 'only release takes it' })
  }
  if (reason !== undefined && type !== 'release' && type !== 'reject') {
    faults.push({ path: `${path}/reason`, message: 'only release and reject take it' })
  }
  return faults
}

const ERRORS_SHOWN_MAX = 10
