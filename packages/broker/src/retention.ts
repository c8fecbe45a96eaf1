import type { BrokerParts } from './parts.ts'

/** Deletes what the topics' retention lets go, of one partition after the other. */
export async function expireTopics({ topics, storage, logger }: BrokerParts): Promise<void> {
  for (const topic of topics.all()) {
    const { retentionMs, retentionBytes } = topic.config
    if (topic.isInternal || (retentionMs < 0 && retentionBytes < 0)) continue
    for (const [partition, log] of topic.logs.entries()) {
      // A topic may be deleted while this goes on.
      if (storage.log(log.id) === undefined) break
      const before = log.logStartOffset
      const logStartOffset = await storage.expire(log, { retentionMs, retentionBytes })
      if (logStartOffset === before) continue
      logger.info({ topic: topic.name, partition, before, logStartOffset }, 'records expired')
    }
  }
}
