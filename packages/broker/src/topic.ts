import type { Log } from '@millrace/log/log'
import type { PartitionState, TopicDescription } from '@millrace/model/broker'
import type { TopicConfig, TopicConfigInput } from '@millrace/model/topic-config'
import { LogError } from '@millrace/model/log-error'
import { nearest } from '@millrace/model/nearest'
import type { Partitioner } from '@millrace/model/partitioner'
import { isInternalTopic } from '@millrace/model/topic'
import type { Growth } from './topic-record.ts'

/** A topic as the broker works with it. Another one takes its place when it is altered. */
export interface Topic {
  readonly name: string
  /** A UUID, as 22 characters of base64url. */
  readonly id: string
  readonly isInternal: boolean
  /** What an operator named; the rest follows the broker's defaults. */
  readonly given: TopicConfigInput
  readonly config: TopicConfig
  /** By partition. */
  readonly logs: readonly Log[]
  /** The oldest first. */
  readonly growths: readonly Growth[]
  readonly partitioner: Partitioner
}

/** With the nearest there is, should the name only be mistyped. */
export function noSuchTopic(name: string, names: readonly string[]): LogError {
  const similar = nearest(
    name,
    names.filter((one) => !isInternalTopic(one)),
  )
  const hint = similar === undefined ? '' : `; the nearest is ${JSON.stringify(similar)}`
  return new LogError(
    'UNKNOWN_TOPIC_OR_PARTITION',
    `There is no topic ${JSON.stringify(name)}${hint}.`,
    { topic: name },
  )
}

/** UNKNOWN_TOPIC_OR_PARTITION when there is no such partition. */
export function logOf(topic: Topic, partition: number): Log {
  const log = topic.logs[partition]
  if (log !== undefined) return log
  throw noSuchPartition(topic, partition)
}

/** It was there when the request came. */
export function deletedMeanwhile({ name }: Topic): LogError {
  const detail = `Topic ${name} was deleted meanwhile.`
  return new LogError('UNKNOWN_TOPIC_OR_PARTITION', detail, { topic: name, appended: false })
}

/** `index`: of the record that names it. */
export function noSuchPartition(topic: Topic, partition: number, index?: number): LogError {
  return new LogError(
    'UNKNOWN_TOPIC_OR_PARTITION',
    `Topic ${topic.name} has the partitions 0 to ${topic.logs.length - 1}, not ${partition}.`,
    index === undefined ? {} : { index, appended: false },
  )
}

export function describe(topic: Topic): TopicDescription {
  const { name, id, isInternal, config, logs } = topic
  return { name, id, internal: isInternal, config, partitions: logs.map(stateOf) }
}

export function stateOf(log: Log, partition: number): PartitionState {
  const { logStartOffset, highWatermark, logEndOffset, bytes, segmentCount } = log
  return { partition, logStartOffset, highWatermark, logEndOffset, bytes, segments: segmentCount }
}
