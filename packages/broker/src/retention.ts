import type { Log } from '@millrace/log/log'
import type { BrokerParts } from './parts.ts'
import type { Topic } from './topic.ts'

/** Deletes what the topics' retention lets go, of one partition after the other: one that fails is told of. */
export async function expireTopics(parts: BrokerParts): Promise<void> {
  const { topics, storage, logger } = parts
  for (const topic of topics.all()) {
    const { retentionMs, retentionBytes } = topic.config
    if (topic.isInternal || (retentionMs < 0 && retentionBytes < 0)) continue
    for (const [partition, log] of topic.logs.entries()) {
      const isOver = () => storage.log(log.id) === undefined
      // A topic may be deleted while this goes on.
      if (isOver()) break
      try {
        await expirePartition(parts, topic, partition, log)
      } catch (error) {
        if (storage.state.kind === 'failed' || storage.state.kind === 'stopping') throw error
        if (!isOver()) logger.warn({ topic: topic.name, partition, err: error }, 'retention failed')
      }
    }
  }
}

async function expirePartition(
  { storage, shares, logger }: BrokerParts,
  { config, name }: Topic,
  partition: number,
  log: Log,
): Promise<void> {
  const { retentionMs, retentionBytes } = config
  const before = log.logStartOffset
  const logStartOffset = await storage.expire(log, { retentionMs, retentionBytes })
  if (logStartOffset === before) return
  shares.topicsChanged()
  logger.info({ topic: name, partition, before, logStartOffset }, 'records expired')
}
