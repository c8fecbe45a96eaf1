import { LogError } from '@millrace/model/log-error'
import type { Edge } from './edge.ts'
import { expectAbsent, expectNoRecordHeaders } from './expect-absent.ts'
import { appendOptions, type ProduceRequest } from './produce-request.ts'
import { producedRanges } from './produced-answer.ts'
import { withWholeBody } from './whole-body.ts'

/** Record batches for one partition, stored as they are, in one append. */
export function produceBatches(edge: Edge, request: ProduceRequest): Promise<string> {
  expectAbsent(
    request.query,
    ['key', 'keyBase64'],
    'is not for record batches: their records have keys.',
  )
  expectAbsent(
    request.query,
    ['schema', 'keySchema'],
    'is for records in JSON; those of batches are encoded already.',
  )
  expectNoRecordHeaders(request.raw)
  const { partition } = request.query
  if (partition === undefined) {
    throw new LogError('INVALID_REQUEST', 'Record batches need ?partition=, which they go to.')
  }
  const limit = { maxBytes: edge.config.bodyMaxBytes, code: 'BODY_TOO_LARGE' } as const
  return withWholeBody(edge, request.raw, limit, async (body) => {
    if (body.length === 0) throw new LogError('INVALID_REQUEST', 'The body has no record batch.')
    const options = appendOptions(request, { chunk: 0, bytes: body, besides: `${partition}` })
    return producedRanges(await edge.broker.produceBatches(request.topic, partition, body, options))
  })
}
