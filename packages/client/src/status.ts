import type { ServerStatus } from '@millrace/http-api/health'
import { call } from './call.ts'
import type { Connection } from './connection.ts'

export function readStatus(
  connection: Connection,
  signal: AbortSignal | undefined,
): Promise<ServerStatus> {
  const path = '/v1/status'
  return call(connection, { method: 'GET', path, isIdempotent: true, signal })
}
