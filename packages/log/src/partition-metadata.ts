/**
 * The topic that a partition directory belongs to: the file `partition.metadata`, Kafka's.
 *
 *     version: 0
 *     topic_id: <UUID in 22 characters of base64url>      no line end follows
 */
export const PARTITION_METADATA_FILE = 'partition.metadata'

/** Undefined when it is not such a file. */
export function parsePartitionMetadata(text: string): { readonly topicId: string } | undefined {
  const [, topicId] = FORMAT.exec(text) ?? []
  return topicId === undefined ? undefined : { topicId }
}

export function formatPartitionMetadata(topicId: string): string {
  return `version: 0\ntopic_id: ${topicId}`
}

const FORMAT = /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\n?$/
