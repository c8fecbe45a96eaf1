import { fileURLToPath } from 'node:url'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { planImport } from '@millrace/log/import-plan'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { parseStorageConfig } from '@millrace/storage/config'
import { Storage } from '@millrace/storage/storage'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { openBroker, record, valuesOf } from './open-broker.ts'

/** What an import leaves: logs with records that no topic names. */
async function bringIn(directory: string, names: readonly string[]): Promise<void> {
  await using storage = await openStorage(directory)
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

/** A partition that Kafka's own code wrote, with batches of three producers. */
const OF_KAFKA = fileURLToPath(
  new URL('../../log/test/fixtures/partition-clean/g-0', import.meta.url),
)

/** Answers with the highest producer id in it. */
async function importFromKafka(directory: string): Promise<number> {
  const storage = await openStorage(directory)
  const options = {
    directory: 'g-0',
    topicId: 'AAAAAAAAQAAAAAAAAAAAAA',
    config: LOG_CONFIG_DEFAULTS,
  }
  for await (const plan of planImport(NODE_DISK, OF_KAFKA)) {
    if (plan.kind !== 'plan') continue
    await storage.importLog({ source: OF_KAFKA, plan, ...options }, { openTransactions: 'keep' })
  }
  await storage.close()
  return storage.highestProducerId
}

function openStorage(directory: string): Promise<Storage> {
  const config = parseStorageConfig({ reserveBytes: 0, minFreeBytes: 0 })
  return Storage.open(NODE_DISK, directory, SYSTEM_CLOCK, config)
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

  test('have producers whose ids are not given to others, in no later life either', async () => {
    await using directory = await makeTempDirectory()
    await (await openBroker(directory.path)).close()
    const highest = await importFromKafka(directory.path)
    expect(highest).toBeGreaterThan(0)
    let last = highest
    for (let life = 0; life < 2; life++) {
      await using broker = await openBroker(directory.path)
      const given = await broker.allocateProducerId()
      expect(given).toBeGreaterThan(last)
      last = given
    }
  })
})
