import { FetchHeaders, PartitionFetchQuery, TopicFetchQuery } from '@millrace/http-api/fetch'
import {
  EVENT_STREAM_TYPE,
  FetchAnswer,
  FetchedRecord,
  JSON_TYPE,
  NDJSON_TYPE,
  RECORD_BATCHES_TYPE,
} from '@millrace/http-api/records'
import { PartitionPath, TopicPath } from '@millrace/http-api/topics'
import { turnToAnswer } from '../answer-turns.ts'
import { answers, mediaAnswer } from '../answers.ts'
import type { App, Edge } from '../edge.ts'
import { expectAbsent } from '../expect-absent.ts'
import { answerJson, answerRaw } from '../fetch-partition.ts'
import { fetchStart } from '../fetch-start.ts'
import { answerStream } from '../fetch-stream.ts'
import { negotiate } from '../negotiation.ts'
import { partitionsOf } from '../stream-plan.ts'

export function addFetchRoutes(app: App, edge: Edge): void {
  addPartitionFetch(app, edge)
  addTopicFetch(app, edge)
}

function addPartitionFetch(app: App, edge: Edge): void {
  app.get('/v1/topics/:topic/partitions/:partition/records', {
    schema: {
      tags: ['fetch'],
      operationId: 'fetch',
      summary: 'Fetch records of one partition',
      description: `Accept chooses JSON (which is also for anything), NDJSON, an event stream, or raw record batches. ${BOTH}`,
      params: PartitionPath,
      querystring: PartitionFetchQuery,
      headers: FetchHeaders,
      response: answers({ 200: PARTITION_ANSWER }, FAILURES),
    },
    config: { description: { query: HEADER_FILTER } },
    handler: async ({ params, query, headers, raw }, reply) => {
      const { topic, partition } = params
      const start = fetchStart(query, headers['last-event-id'])
      const type = negotiate(raw.headers.accept, PARTITION_TYPES)
      if (!(await turnToAnswer(reply))) return reply.hijack()
      if (type === JSON_TYPE) return answerJson(edge, { topic, partition, query, start }, reply)
      if (type === RECORD_BATCHES_TYPE) {
        return answerRaw(edge, { topic, partition, query, start }, reply)
      }
      expectAbsent(
        query,
        ['waitMs', 'minBytes'],
        'is for JSON and raw batches; a stream has follow.',
      )
      return answerStream(edge, { topic, partitions: [partition], query, start, type }, reply)
    },
  })
}

function addTopicFetch(app: App, edge: Edge): void {
  app.get('/v1/topics/:topic/records', {
    schema: {
      tags: ['fetch'],
      operationId: 'streamTopic',
      summary: 'Stream records of several partitions, or of all',
      description: `Accept chooses NDJSON (which is also for anything) or an event stream. The order is that within each partition. ${BOTH}`,
      params: TopicPath,
      querystring: TopicFetchQuery,
      headers: FetchHeaders,
      response: answers({ 200: mediaAnswer('Records as they come.', STREAMED) }, FAILURES),
    },
    config: { description: { query: HEADER_FILTER } },
    handler: async ({ params, query, headers, raw }, reply) => {
      const { topic } = params
      const start = fetchStart(query, headers['last-event-id'])
      const type = negotiate(raw.headers.accept, [NDJSON_TYPE, EVENT_STREAM_TYPE])
      if (!(await turnToAnswer(reply))) return reply.hijack()
      const partitions = await partitionsOf(edge.broker, topic, query.partitions)
      return answerStream(edge, { topic, partitions, query, start, type }, reply)
    },
  })
}

const PARTITION_TYPES = [JSON_TYPE, NDJSON_TYPE, EVENT_STREAM_TYPE, RECORD_BATCHES_TYPE] as const

const STREAMED = {
  [NDJSON_TYPE]: FetchedRecord,
  [EVENT_STREAM_TYPE]: {
    type: 'string',
    description: 'Events: id is the position to go on from, data a record.',
    examples: [
      'id: 0:43\ndata: {"partition":0,"offset":42,"timestamp":1763800000000,"key":"user-1",' +
        '"value":{"total":3},"headers":[]}\n\n',
    ],
  },
}

const PARTITION_ANSWER = mediaAnswer('Records from where the request begins, and where to go on.', {
  [JSON_TYPE]: FetchAnswer,
  ...STREAMED,
  [RECORD_BATCHES_TYPE]: { type: 'string', format: 'binary' },
})

const BOTH =
  'Begin at offset, timestamp or last (none: earliest), or go on from a position with after or Last-Event-ID. ' +
  'With a filter, maxRecords and maxBytes bound what is read: an answer may be empty, and nextOffset is always ' +
  'where to go on. An NDJSON line {"problem":...} ends a stream that could not go on; the connection is cut there.'

const HEADER_FILTER = {
  'header.NAME': {
    type: 'string',
    description: 'Only records with the header NAME of this value.',
    examples: ['a1'],
  },
}

const FAILURES = [
  'INVALID_TOPIC',
  'TOO_MANY_PARTITIONS',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_SCHEMA',
  'NOT_ACCEPTABLE',
  'OFFSET_OUT_OF_RANGE',
  'CORRUPT_SEGMENT',
] as const
