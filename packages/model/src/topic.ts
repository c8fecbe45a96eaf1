/** A topic's name, as Kafka rules it: 1 to 249 of `a-z A-Z 0-9 . _ -`, and neither `.` nor `..`. */
export function isTopicName(name: string): boolean {
  return NAME_PATTERN.test(name) && name !== '.' && name !== '..'
}

/** Consumer groups follow the topics' rule. */
export const isGroupName = isTopicName

/** Names that begin so are Millrace's own: readable, not writable. */
export function isInternalTopic(name: string): boolean {
  return name.startsWith('__')
}

export const NAME_LENGTH_MAX = 249
const NAME_PATTERN = /^[a-zA-Z0-9._-]{1,249}$/

/** A partition's directory: `<topic>-<partition>`. */
export function partitionDirectoryName(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

/** The reverse: split at the last `-`, as a topic may hold others. */
export function parsePartitionDirectoryName(
  directory: string,
): { readonly topic: string; readonly partition: number } | undefined {
  const dash = directory.lastIndexOf('-')
  const topic = directory.slice(0, Math.max(dash, 0))
  const digits = directory.slice(dash + 1)
  if (!isTopicName(topic) || !/^(0|[1-9][0-9]{0,8})$/.test(digits)) return undefined
  return { topic, partition: Number(digits) }
}
