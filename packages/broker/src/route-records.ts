import { splitIntoBatches, estimateRecordSize } from '@millrace/model/batch-split'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { RecordToProduce } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { RecordContent } from '@millrace/model/record'
import { noSuchPartition, type Topic } from './topic.ts'

/** The batches of one partition, in order. */
export interface PartitionBatches {
  readonly topic: Topic
  readonly partition: number
  readonly batches: readonly Uint8Array[]
}

export interface RoutedRecords {
  readonly partitions: readonly PartitionBatches[]
  /** For each record, the place in `partitions` of its own. Undefined when there is but one. */
  readonly routes: Uint16Array | undefined
}

/**
 * Records to the batches that will be stored, in `topic` or, by a record's index, elsewhere. INVALID_RECORD and
 * RECORD_TOO_LARGE name the record's `index`.
 */
export function routeRecords(
  topic: Topic,
  records: readonly RecordToProduce[],
  elsewhere: ReadonlyMap<number, Topic>,
  nowMs: number,
): RoutedRecords {
  expectTimestamps(topic, records, nowMs)
  const runs = new RunsByPartition()
  const routes = new Uint16Array(records.length)
  for (const [index, record] of records.entries()) {
    const target = elsewhere.size === 0 ? topic : (elsewhere.get(index) ?? topic)
    routes[index] = runs.add(target, partitionOf(target, record, index), record)
  }
  const partitions = runs.all.map(({ topic: target, partition, records: run }, route) => {
    const batches = split(run, { topic, target }, routes, route)
    return {
      topic: target,
      partition,
      batches: batches.map((part) => encodeBatch({ records: part })),
    }
  })
  return { partitions, routes: partitions.length > 1 ? routes : undefined }
}

function partitionOf(topic: Topic, record: RecordToProduce, index: number): number {
  const { logs, partitioner } = topic
  if (record.partition !== undefined && logs[record.partition] === undefined) {
    throw noSuchPartition(topic, record.partition, index)
  }
  // Only records without a key are counted in bytes, and only where there is a choice.
  const isSticky = record.key === null && record.partition === undefined && logs.length > 1
  return partitioner.partitionOf(record, isSticky ? estimateRecordSize(record) : 0, logs.length)
}

/** The records of each partition that gets any, in their order. */
class RunsByPartition {
  readonly all: {
    readonly topic: Topic
    readonly partition: number
    readonly records: RecordToProduce[]
  }[] = []
  readonly #places = new Map<Topic, Map<number, number>>()

  /** Answers with the place of the partition in `all`. */
  add(topic: Topic, partition: number, record: RecordToProduce): number {
    const places = this.#places.get(topic) ?? new Map<number, number>()
    const place = places.get(partition)
    if (place !== undefined) {
      this.all[place]?.records.push(record)
      return place
    }
    this.#places.set(topic, places.set(partition, this.all.length))
    return this.all.push({ topic, partition, records: [record] }) - 1
  }
}

function split(
  run: readonly RecordToProduce[],
  { topic, target }: { readonly topic: Topic; readonly target: Topic },
  routes: Uint16Array,
  route: number,
): readonly (readonly RecordContent[])[] {
  try {
    return splitIntoBatches(run, target.config.maxMessageBytes)
  } catch (error) {
    const place = error instanceof LogError ? error.fields.index : undefined
    if (!(error instanceof LogError) || place === undefined) throw error
    // The place in its partition's run is not yet the place in the request.
    let index = -1
    for (let seen = 0; seen <= place; seen++) index = routes.indexOf(route, index + 1)
    const detail =
      target === topic
        ? error.detail
        : `It does not fit the schema of ${topic.name}, and is too large for ${target.name}, the dead-letter topic. ${error.detail}`
    throw new LogError(error.code, detail, { ...error.fields, index, appended: false })
  }
}

function expectTimestamps(topic: Topic, records: readonly RecordToProduce[], nowMs: number): void {
  const { messageTimestampType, messageTimestampAfterMaxMs } = topic.config
  const isTheirs = messageTimestampType === 'CreateTime'
  const latest = isTheirs ? nowMs + messageTimestampAfterMaxMs : Number.MAX_SAFE_INTEGER
  for (const [index, { timestamp }] of records.entries()) {
    if (Number.isSafeInteger(timestamp) && timestamp >= 0 && timestamp <= latest) continue
    throw timestampError(timestamp, latest, index)
  }
}

export function timestampError(timestamp: number, latest: number, index?: number): LogError {
  return new LogError(
    'INVALID_RECORD',
    `A timestamp is ${timestamp}; it must be an integer from 0 to ${latest} (milliseconds since the epoch).`,
    { appended: false, ...(index !== undefined && { index }) },
  )
}
