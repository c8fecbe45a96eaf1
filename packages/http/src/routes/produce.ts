import {
  JSON_TYPE,
  NDJSON_TYPE,
  ProducedRanges,
  ProducedRecords,
  ProduceHeaders,
  ProduceInput,
  ProduceQuery,
  RECORD_BATCHES_TYPE,
  RecordInput,
} from '@millrace/http-api/records'
import { TopicPath } from '@millrace/http-api/topics'
import type { FastifyRequest } from 'fastify'
import { answers, mediaAnswer, WRITING } from '../answers.ts'
import type { App, Edge } from '../edge.ts'
import { unsupportedMediaType } from '../media-type-problem.ts'
import { byName } from '../named-schemas.ts'
import { produceBatches } from '../produce-batches.ts'
import { produceJson } from '../produce-json.ts'
import { produceLines } from '../produce-lines.ts'
import type { ProduceRequest } from '../produce-request.ts'
import { produceValue } from '../produce-value.ts'

export function addProduceRoute(app: App, edge: Edge): void {
  app.register(async (scope: App) => {
    // Every body is read by its own reader, none by Fastify.
    scope.removeAllContentTypeParsers()
    // Those that are named are found by name; for `*` alone each request would be parsed anew.
    for (const type of [JSON_TYPE, NDJSON_TYPE, RECORD_BATCHES_TYPE, '*']) {
      scope.addContentTypeParser(type, (_request, _payload, done) => done(null))
    }

    scope.post('/v1/topics/:topic/records', {
      schema: {
        tags: ['produce'],
        operationId: 'produce',
        summary: 'Produce records; the answer comes when they are on disk',
        description: DESCRIPTION,
        params: TopicPath,
        querystring: ProduceQuery,
        headers: ProduceHeaders,
        response: answers(
          {
            200: mediaAnswer(
              'On disk: one result a record, or ranges for NDJSON and raw batches.',
              {
                [JSON_TYPE]: PRODUCED,
              },
            ),
          },
          FAILURES,
        ),
      },
      config: { description: { body: BODY } },
      handler: async (request, reply) => {
        const { params, query, headers, raw } = request
        const produce = producerFor(request)
        const answer = await produce(edge, { topic: params.topic, raw, query, headers })
        return reply.type('application/json; charset=utf-8').send(answer)
      },
    })
  })
}

type Produce = (edge: Edge, request: ProduceRequest) => Promise<string>

function producerFor(request: FastifyRequest): Produce {
  const { 'content-type': header = '' } = request.headers
  const named = PRODUCERS.get(header)
  if (named !== undefined) return named
  const [type = ''] = header.toLowerCase().split(';')
  const kind = type.trim()
  if (REFUSED.has(kind)) throw unsupportedMediaType(request)
  return PRODUCERS.get(kind) ?? produceValue
}

const PRODUCERS = new Map<string, Produce>([
  [JSON_TYPE, produceJson],
  [NDJSON_TYPE, produceLines],
  [RECORD_BATCHES_TYPE, produceBatches],
])

/** Nobody who sends these means them: forms are what a browser or `curl -d` makes of something else. */
const REFUSED = new Set(['', 'application/x-www-form-urlencoded', 'multipart/form-data'])

const DESCRIPTION =
  'The Content-Type says what the body is: a JSON list of records or one bare record; a record a line (NDJSON), ' +
  'streamed, so that it may be larger than memory; concatenated record batches for ?partition=; or, of any other ' +
  "type, one record's value as it is, with ?key=, ?partition= and Millrace-Header-* for the rest. " +
  'JSON, raw and single-value bodies are one append: all of it or none. NDJSON is appended in chunks of 1,000 ' +
  'records or 1 MiB of body; where it stops, the problem names the line to go on with.'

const FAILURES = [
  'INVALID_TOPIC',
  'INVALID_RECORD',
  'CORRUPT_BATCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_SCHEMA',
  'RECORD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'PRODUCER_FENCED',
  'OUT_OF_ORDER_SEQUENCE',
  'LOG_END_OFFSET_MISMATCH',
  'IDEMPOTENCY_KEY_REUSED',
  ...WRITING,
] as const

const PRODUCED = {
  anyOf: [byName(ProducedRecords), byName(ProducedRanges)],
  examples: [
    { records: [{ partition: 0, offset: 42 }], durability: 'fsync' },
    { ranges: [{ partition: 0, baseOffset: 42, lastOffset: 99 }], durability: 'fsync' },
  ],
}

const BINARY = { type: 'string', format: 'binary' }

const BODY = {
  [JSON_TYPE]: ProduceInput,
  [NDJSON_TYPE]: RecordInput,
  [RECORD_BATCHES_TYPE]: BINARY,
  'text/plain': { type: 'string', description: "One record's value.", examples: ['hello'] },
  'application/octet-stream': BINARY,
}
