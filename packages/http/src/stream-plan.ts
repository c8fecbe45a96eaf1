import { STREAM_PARTITIONS_MAX, type TopicFetchQuery } from '@millrace/http-api/fetch'
import type { Broker, PartitionState } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { type FetchStart, startOffset } from './fetch-start.ts'
import { recordFilter, type RecordFilter } from './record-filter.ts'
import type { RecordView } from './record-json-writer.ts'
import { viewOf } from './record-view.ts'
import { schemaChoice } from './schema-choice.ts'
import type { StreamPartition } from './record-stream.ts'

/** A stream of records, before its first byte: all that can be wrong with the request was found. */
export interface StreamPlan {
  readonly topic: string
  readonly partitions: readonly StreamPartition[]
  readonly bounds: readonly PartitionState[]
  readonly filter: RecordFilter
  readonly view: RecordView
  /** Ends the stream when so much was read. */
  readonly maxRecords: number
  readonly maxBytes: number
}

export type StreamQuery = Pick<
  TopicFetchQuery,
  'maxRecords' | 'maxBytes' | 'format' | 'schema' | 'keySchema'
>

export async function planStream(
  broker: Broker,
  topic: string,
  partitions: readonly number[],
  options: { readonly query: StreamQuery; readonly start: FetchStart; readonly follow: boolean },
): Promise<StreamPlan> {
  const { query, start, follow } = options
  if (partitions.length > STREAM_PARTITIONS_MAX) throw tooMany(topic, partitions.length)
  const begun: StreamPartition[] = []
  const bounds: PartitionState[] = []
  for (const partition of partitions) {
    const state = broker.partitionState(topic, partition)
    const offset = await startOffset(broker, topic, partition, start)
    begun.push(follow ? { partition, offset } : { partition, offset, end: state.highWatermark })
    bounds.push(state)
  }
  const view = viewOf(broker, topic, query.format ?? 'json', schemaChoice(query))
  return {
    topic,
    partitions: begun,
    bounds,
    filter: recordFilter(query, view.readers ?? broker.datumReaders(topic, {})),
    view,
    maxRecords: query.maxRecords ?? Number.POSITIVE_INFINITY,
    maxBytes: query.maxBytes ?? Number.POSITIVE_INFINITY,
  }
}

/** `?partitions=0,2`, or all that the topic has. */
export async function partitionsOf(
  broker: Broker,
  topic: string,
  list: string | undefined,
): Promise<number[]> {
  if (list !== undefined) {
    return [...new Set(list.split(',').map(Number))].toSorted((a, b) => a - b)
  }
  const { partitions } = await broker.describeTopic(topic)
  return partitions.map(({ partition }) => partition)
}

function tooMany(topic: string, count: number): LogError {
  return new LogError(
    'TOO_MANY_PARTITIONS',
    `A stream takes ${STREAM_PARTITIONS_MAX} partitions of ${topic}, and these are ${count}: name some with partitions=.`,
  )
}
