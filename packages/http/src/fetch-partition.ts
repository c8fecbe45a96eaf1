import {
  FETCH_BYTES_DEFAULT,
  FETCH_RECORDS_DEFAULT,
  type PartitionFetchQuery,
} from '@millrace/http-api/fetch'
import type { FetchedBatches } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import type { FastifyReply } from 'fastify'
import type { Edge } from './edge.ts'
import { expectAbsent } from './expect-absent.ts'
import { answerBatches, batchesHeaders } from './fetch-batches.ts'
import { fetchAnswer } from './fetch-json.ts'
import { type FetchStart, startOffset } from './fetch-start.ts'
import { recordFilter } from './record-filter.ts'
import { viewOf } from './record-view.ts'
import { schemaChoice } from './schema-choice.ts'
import { sendJson } from './send-json.ts'

/** One fetch of one partition, which may wait for records. */
export interface PartitionFetch {
  readonly topic: string
  readonly partition: number
  readonly query: PartitionFetchQuery
  readonly start: FetchStart
}

export async function answerJson(
  edge: Edge,
  fetch: PartitionFetch,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { topic, partition, query } = fetch
  expectAbsent(query, ['follow'], 'is for application/x-ndjson and text/event-stream.')
  const { maxRecords = FETCH_RECORDS_DEFAULT, format = 'json' } = query
  const view = viewOf(edge.broker, topic, format, schemaChoice(query))
  const filter = recordFilter(query, view.readers ?? edge.broker.datumReaders(topic, {}))
  const offset = await startOffset(edge.broker, topic, partition, fetch.start)
  const fetched = await fetchOnce(edge, fetch, { offset, maxRecords }, reply)
  const answer = fetchAnswer(fetched, { partition, offset, maxRecords, filter, view })
  return sendJson(reply, answer, edge.config.nextBytesTimeoutMs)
}

/** The batches as they are stored; the reader drops what is before its offset. */
export async function answerRaw(
  edge: Edge,
  fetch: PartitionFetch,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { topic, partition, query } = fetch
  const filters = Object.keys(query).filter((name) => name.startsWith('header.'))
  expectAbsent(
    query,
    ['follow', 'maxRecords', 'format', 'schema', 'keySchema', 'key', 'keyBase64', ...filters],
    'does not go with raw batches, which leave whole and as they are.',
  )
  const offset = await startOffset(edge.broker, topic, partition, fetch.start)
  if (reply.request.method === 'HEAD') {
    return reply
      .headers(batchesHeaders(edge.broker.partitionState(topic, partition), offset))
      .send()
  }
  const fetched = await fetchOnce(edge, fetch, { offset }, reply)
  await answerBatches(reply, fetched, edge.config.nextBytesTimeoutMs)
  return reply
}

/** Waits no longer than its reader does; when the server stops, the answer is what there is: nothing. */
async function fetchOnce(
  edge: Edge,
  { topic, partition, query }: PartitionFetch,
  from: { readonly offset: Offset; readonly maxRecords?: number },
  reply: FastifyReply,
): Promise<FetchedBatches> {
  const { maxBytes = FETCH_BYTES_DEFAULT, minBytes = 1, waitMs = 0 } = query
  const request = { topic, partition, ...from, maxBytes, minBytes, waitMs }
  if (waitMs === 0) return edge.broker.fetch(request)
  const signal = edge.waits.signal(reply.request.raw)
  try {
    return await edge.broker.fetch({ ...request, signal })
  } catch (error) {
    if (!signal.aborted) throw error
    const { logStartOffset, highWatermark } = edge.broker.partitionState(topic, partition)
    return { pieces: [], nextOffset: from.offset, logStartOffset, highWatermark }
  }
}
