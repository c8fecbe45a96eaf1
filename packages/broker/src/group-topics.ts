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
  const found: { readonly topic: string; readonly partitions: number[] }[] = []
  for (const { topic, partition } of places) {
    const last = found.at(-1)
    if (last?.topic === topic.name) last.partitions.push(partition)
    else found.push({ topic: topic.name, partitions: [partition] })
  }
  return found
}
