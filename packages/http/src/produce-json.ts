import type { Edge } from './edge.ts'
import { expectAbsent, expectNoRecordHeaders } from './expect-absent.ts'
import { jsonOptions, type ProduceRequest, readingOf } from './produce-request.ts'
import { producedRecords } from './produced-answer.ts'
import { readRecords } from './record-json-reader.ts'
import { placed } from './record-place.ts'
import { withBorrowedBody } from './whole-body.ts'

/** A JSON body: one append, all of it or nothing. */
export function produceJson(edge: Edge, request: ProduceRequest): Promise<string> {
  expectAbsent(
    request.query,
    ['key', 'keyBase64', 'partition'],
    'is not for records in JSON, which say it themselves.',
  )
  expectNoRecordHeaders(request.raw)
  const { bodyMaxBytes } = edge.config
  const limit = { maxBytes: bodyMaxBytes, code: 'BODY_TOO_LARGE' } as const
  return withBorrowedBody(edge, request.raw, limit, async (body) => {
    if (body.length >= LARGE_BYTES) await edge.turns.next()
    const options = jsonOptions(request, { chunk: 0, bytes: body })
    const { records, placeOf } = readRecords(body, readingOf(edge, request))
    try {
      return producedRecords(await edge.broker.produceRecords(request.topic, records, options))
    } catch (error) {
      throw placed(error, placeOf)
    }
  })
}

/** To read so much takes longer than all else in a turn. */
const LARGE_BYTES = 64 * 1024
