declare const BRAND: unique symbol
/** `<topic id>/<partition>`: a partition, as a key. A topic made again under the same name has another id. */
export type TopicPartition = string & { readonly [BRAND]: 'TopicPartition' }

export function topicPartition(topicId: string, partition: number): TopicPartition {
  return `${topicId}/${partition}` as TopicPartition
}

export function parseTopicPartition(key: TopicPartition): {
  readonly topicId: string
  readonly partition: number
} {
  const slash = key.lastIndexOf('/')
  return { topicId: key.slice(0, slash), partition: Number(key.slice(slash + 1)) }
}

/** How many partitions a topic has; 0 when it is gone. */
export type PartitionCount = (topicId: string) => number
