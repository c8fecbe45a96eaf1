import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { parseStorageConfig } from '@millrace/storage/config'
import { Storage } from '@millrace/storage/storage'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { openBroker, record, valuesOf } from './open-broker.ts'

/** What an import leaves: logs with records that no topic names. */
async function bringIn(directory: string, names: readonly string[]): Promise<void> {
  const config = parseStorageConfig({ reserveBytes: 0, minFreeBytes: 0 })
  await using storage = await Storage.open(NODE_DISK, directory, SYSTEM_CLOCK, config)
  for (const name of names) {
    const log = storage.allocateLogId()
    const topicId = 'AAAAAAAAQAAAAAAAAAAAAA'
    await storage.prepareLog({ log, directory: name, topicId, config: LOG_CONFIG_DEFAULTS })
    const bytes = encodeBatch({ records: [record(`of ${name}`)] })
    await storage.append([
      { kind: 'create', log },
      { kind: 'batches', log, bytes },
    ])
  }
}

describe('logs that were brought in', () => {
  test('become a topic, whose records do not go by age, and stay one', async () => {
    await using directory = await makeTempDirectory()
    await bringIn(directory.path, ['a-topic-0', 'a-topic-2'])
    for (let life = 0; life < 2; life++) {
      await using broker = await openBroker(directory.path)
      const { partitions, config } = await broker.describeTopic('a-topic')
      expect(partitions.map(({ logEndOffset }) => logEndOffset)).toEqual([1, 0, 1])
      expect(config.retentionMs).toBe(-1)
      expect(await valuesOf(broker, 'a-topic', 2)).toEqual(['of a-topic-2'])
    }
  })

  test('become partitions of a topic that is there', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    const { topic } = await first.createTopic('t', { partitions: 1 })
    await first.close()
    await bringIn(directory.path, ['t-1'])
    await using broker = await openBroker(directory.path)
    const { id, partitions } = await broker.describeTopic('t')
    expect(id).toBe(topic.id)
    expect(partitions).toHaveLength(2)
    await broker.produceRecords('t', [record('more', { partition: 1 })], {})
    expect(await valuesOf(broker, 't', 1)).toEqual(['of t-1', 'more'])
  })
})
