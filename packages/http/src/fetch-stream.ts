import { EVENT_STREAM_TYPE, type NDJSON_TYPE } from '@millrace/http-api/records'
import type { FastifyReply } from 'fastify'
import type { Edge } from './edge.ts'
import { answerEvents, EVENT_STREAM_HEADERS } from './event-stream.ts'
import type { FetchStart } from './fetch-start.ts'
import { answerNdjson, ndjsonHeaders } from './ndjson-answer.ts'
import { planStream, type StreamQuery } from './stream-plan.ts'

export interface StreamFetch {
  readonly topic: string
  readonly partitions: readonly number[]
  readonly query: StreamQuery & { readonly follow?: boolean }
  readonly start: FetchStart
  readonly type: typeof NDJSON_TYPE | typeof EVENT_STREAM_TYPE
}

/** Records of one or more partitions as they come; NDJSON ends at the high watermark unless it is to follow. */
export async function answerStream(
  edge: Edge,
  { topic, partitions, query, start, type }: StreamFetch,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const isEvents = type === EVENT_STREAM_TYPE
  const follow = query.follow ?? isEvents
  const plan = await planStream(edge.broker, topic, partitions, { query, start, follow })
  if (reply.request.method === 'HEAD') {
    return reply.headers(isEvents ? EVENT_STREAM_HEADERS : ndjsonHeaders(plan)).send()
  }
  await (isEvents ? answerEvents(edge, reply, plan) : answerNdjson(edge, reply, plan))
  return reply
}
