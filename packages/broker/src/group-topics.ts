import type { TopicPartitions } from '@millrace/model/consumer-group'
import type { Topic } from './topic.ts'

/** Partitions that come in the order of their topics, topic by topic. */
export function byTopic(
  places: readonly { readonly topic: Topic; readonly partition: number }[],
): readonly TopicPartitions[] {
  const found = new Map<string, number[]>()
  for (const { topic, partition } of places) {
    const partitions = found.get(topic.name)
    if (partitions === undefined) found.set(topic.name, [partition])
    else partitions.push(partition)
  }
  return [...found].map(([topic, partitions]) => ({ topic, partitions }))
}
