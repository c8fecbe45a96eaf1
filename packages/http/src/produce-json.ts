import type { Edge } from './edge.ts'
import { expectAbsent, expectNoRecordHeaders } from './expect-absent.ts'
import { appendOptions, type ProduceRequest } from './produce-request.ts'
import { producedRecords } from './produced-answer.ts'
import { readRecords } from './record-json-reader.ts'
import { withWholeBody } from './whole-body.ts'

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
  return withWholeBody(edge, request.raw, limit, async (body) => {
    const records = readRecords(body, { recordMaxBytes, nowMs: edge.nowMs() })
    const options = appendOptions(request, { chunk: 0, bytes: body })
    return producedRecords(await edge.broker.produceRecords(request.topic, records, options))
  })
}
