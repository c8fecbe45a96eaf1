import type { TopicPartitions } from '@millrace/model/consumer-group'
import type { Topic } from './topic.ts'

interface Place {
  readonly topic: Topic
  readonly partition: number
}

/** In the order of topics' names and partitions. */
export function byName(one: Place, other: Place): number {
  if (one.topic !== other.topic) return one.topic.name < other.topic.name ? -1 : 1
  return one.partition - other.partition
}

/** Partitions that come in that order, topic by topic. */
export function byTopic(places: readonly Place[]): readonly TopicPartitions[] {
  const found = new Map<string, number[]>()
  for (const { topic, partition } of places) {
    const partitions = found.get(topic.name)
    if (partitions === undefined) found.set(topic.name, [partition])
    else partitions.push(partition)
  }
  return [...found].map(([topic, partitions]) => ({ topic, partitions }))
}
