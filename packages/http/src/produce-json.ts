import type { Edge } from './edge.ts'
import { expectAbsent, expectNoRecordHeaders } from './expect-absent.ts'
import { appendOptions, type ProduceRequest } from './produce-request.ts'
import { producedRecords } from './produced-answer.ts'
import { readRecords } from './record-json-reader.ts'
import { withBorrowedBody } from './whole-body.ts'

/** A JSON body: one append, all of it or nothing. */
export function produceJson(edge: Edge, request: ProduceRequest): Promise<string> {
  expectAbsent(
    request.query,
    ['key', 'keyBase64', 'partition'],
    'is not for records in JSON, which say it themselves.',
  )
  expectNoRecordHeaders(request.raw)
  const { bodyMaxBytes, recordMaxBytes } = edge.config
  const limit = { maxBytes: bodyMaxBytes, code: 'BODY_TOO_LARGE' } as const
  return withBorrowedBody(edge, request.raw, limit, async (body) => {
    if (body.length >= LARGE_BYTES) await edge.turns.next()
    const records = readRecords(body, { recordMaxBytes, nowMs: edge.nowMs() })
    const options = appendOptions(request, { chunk: 0, bytes: body })
    return producedRecords(await edge.broker.produceRecords(request.topic, records, options))
  })
}

/** To read so much takes longer than all else in a turn. */
const LARGE_BYTES = 64 * 1024
