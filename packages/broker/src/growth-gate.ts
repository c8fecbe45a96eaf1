import type { LiveGroup } from '@millrace/groups/live-group'
import { FIRST_OFFSET, type Offset } from '@millrace/model/offset'
import type { BrokerParts } from './parts.ts'
import type { Growth } from './topic-record.ts'
import type { Topic } from './topic.ts'

/**
 * How far a group may read a partition for now; undefined: to its end. When a topic grew, many keys went to other
 * partitions: what was appended after that waits, in every partition, until the group has committed all that was
 * before it in every partition. So the records of a key stay in their order.
 */
export function readableUntil(
  parts: BrokerParts,
  live: LiveGroup,
  topic: Topic,
  partition: number,
): Offset | undefined {
  const growth = firstAhead(parts, live, topic)
  if (growth === undefined) return undefined
  return growth.ends?.[partition] ?? FIRST_OFFSET
}

/** The oldest growth that the group has not come to in every partition. */
function firstAhead(parts: BrokerParts, live: LiveGroup, topic: Topic): Growth | undefined {
  let passed = live.growthsPassed.get(topic.id) ?? 0
  for (; passed < topic.growths.length; passed++) {
    const growth = topic.growths[passed]
    if (growth !== undefined && !isPassed(parts, live.name, topic, growth)) return growth
    live.growthsPassed.set(topic.id, passed + 1)
  }
  return undefined
}

/** While it is not known where the partitions ended, nobody has passed there. */
function isPassed({ offsets }: BrokerParts, group: string, topic: Topic, growth: Growth): boolean {
  if (growth.ends === undefined) return false
  return growth.ends.every((end, partition) => {
    const logStartOffset = topic.logs[partition]?.logStartOffset ?? FIRST_OFFSET
    const committed = offsets.find({ group, topicId: topic.id, partition })?.offset
    return Math.max(committed ?? FIRST_OFFSET, logStartOffset) >= end
  })
}
