import { RECORD_HEADER_PREFIX } from '@millrace/http-api/records'
import { LogError } from '@millrace/model/log-error'
import type { RecordHeader } from '@millrace/model/record'
import type { Edge } from './edge.ts'
import { expectAbsent } from './expect-absent.ts'
import { decodeBase64 } from './json-string.ts'
import { appendOptions, type ProduceRequest } from './produce-request.ts'
import { producedRecords } from './produced-answer.ts'
import { expectSize } from './record-draft.ts'
import { RecordFault } from './record-fault.ts'
import { withWholeBody } from './whole-body.ts'

/** A body of any other type is one record's value, byte for byte. */
export function produceValue(edge: Edge, request: ProduceRequest): Promise<string> {
  expectAbsent(
    request.query,
    ['schema', 'keySchema'],
    'is for records in JSON; this body is stored as it is.',
  )
  const { recordMaxBytes } = edge.config
  const { partition } = request.query
  const key = keyOf(request)
  const headers = recordHeaders(request.raw.rawHeaders)
  const limit = { maxBytes: recordMaxBytes, code: 'RECORD_TOO_LARGE' } as const
  return withWholeBody(edge, request.raw, limit, async (value) => {
    const content = { key, value, headers, timestamp: edge.nowMs() }
    const record = partition === undefined ? content : { ...content, partition }
    expectRecordSize(record, recordMaxBytes)
    const besides = JSON.stringify([
      key?.toString('base64'),
      partition,
      headers.map((header) => [header.name, header.value?.toString('latin1')]),
    ])
    const options = appendOptions(request, { chunk: 0, bytes: value, besides })
    return producedRecords(await edge.broker.produceRecords(request.topic, [record], options))
  })
}

function keyOf({ query }: ProduceRequest): Buffer | null {
  if (query.key !== undefined && query.keyBase64 !== undefined) {
    throw new LogError('INVALID_REQUEST', 'key and keyBase64: a record has one key.')
  }
  if (query.key !== undefined) return Buffer.from(query.key)
  return query.keyBase64 === undefined ? null : (decodeBase64(query.keyBase64) ?? null)
}

/**
 * `Millrace-Header-*`, in their order, each as often as it came. HTTP gives names no case, and values as bytes,
 * which Node shows as Latin-1.
 */
function recordHeaders(rawHeaders: readonly string[]): (RecordHeader & { value: Buffer })[] {
  const headers: (RecordHeader & { value: Buffer })[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (!name.startsWith(RECORD_HEADER_PREFIX)) continue
    const value = Buffer.from(rawHeaders[at + 1] ?? '', 'latin1')
    headers.push({ name: name.slice(RECORD_HEADER_PREFIX.length), value })
  }
  return headers
}

function expectRecordSize(record: Parameters<typeof expectSize>[0], recordMaxBytes: number): void {
  try {
    expectSize(record, recordMaxBytes)
  } catch (error) {
    throw error instanceof RecordFault ? error.at('The record', '', { index: 0 }) : error
  }
}
