import type { LogId } from '@millrace/log/log'
import { parsePartitionDirectoryName } from '@millrace/model/topic'
import type { BrokerParts } from './parts.ts'

/**
 * Logs that were brought in while no broker was running belong to no topic yet: each becomes the partition that
 * its directory names. Nothing of such a topic goes by age until someone says so: what is brought in is old.
 */
export async function adoptLogs({ storage, topics, logger }: BrokerParts): Promise<void> {
  const owned = new Set(topics.all().flatMap(({ logs }) => logs.map(({ id }) => id)))
  const found = new Map<string, Map<number, LogId>>()
  for (const { id, name } of storage.logs()) {
    const place = owned.has(id) ? undefined : parsePartitionDirectoryName(name)
    if (place === undefined) continue
    const partitions = found.get(place.topic) ?? new Map<number, LogId>()
    found.set(place.topic, partitions.set(place.partition, id))
  }
  for (const [name, partitions] of found) {
    const topic = await topics.inTurn(() => topics.adopt(name, partitions, { retentionMs: -1 }))
    const adopted = [...partitions.keys()]
    logger.info({ topic: name, partitions: topic.logs.length, adopted }, 'topic brought in')
  }
}
