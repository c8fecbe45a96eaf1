import type { IncomingMessage } from 'node:http'
import { RECORD_HEADER_PREFIX } from '@millrace/http-api/records'
import { LogError } from '@millrace/model/log-error'

/** Parameters that have no meaning for this kind of request are refused, not overlooked. */
export function expectAbsent(
  query: Readonly<Record<string, unknown>>,
  names: readonly string[],
  why: string,
): void {
  const given = names.filter((name) => query[name] !== undefined)
  if (given.length === 0) return
  throw new LogError('INVALID_REQUEST', `The query parameter ${given.join(', ')} ${why}`, {
    appended: false,
    errors: given.map((path) => ({ path, message: why })),
  })
}

/** `Millrace-Header-*`, where the body's records have headers of their own. */
export function expectNoRecordHeaders({ headers }: IncomingMessage): void {
  for (const path in headers) {
    if (!path.startsWith(RECORD_HEADER_PREFIX)) continue
    const message = 'is for a body that is one value; these records have headers of their own.'
    throw new LogError('INVALID_REQUEST', `The header ${path} ${message}`, {
      appended: false,
      errors: [{ path, message }],
    })
  }
}
