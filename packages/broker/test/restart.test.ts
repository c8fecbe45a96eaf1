import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { RecordContent } from '@millrace/model/record'
import { parseStorageConfig } from '@millrace/storage/config'
import { Storage } from '@millrace/storage/storage'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { topicKey } from '../src/topic-record.ts'
import { harmIndex, INDEX_HARMS } from './harm-index.ts'
import { at, failure, openBroker, record, valuesOf } from './open-broker.ts'

/** Appends to an internal topic behind the broker's back, with what else is done to logs. */
async function appendTo(
  directory: string,
  internal: string,
  records: readonly RecordContent[],
  removedLogs: readonly string[] = [],
): Promise<void> {
  const config = parseStorageConfig({ reserveBytes: 0, minFreeBytes: 0 })
  await using storage = await Storage.open(NODE_DISK, directory, SYSTEM_CLOCK, config)
  const logs = new Map([...storage.logs()].map((log) => [log.name, log.id]))
  const removals = removedLogs.map((name) => ({ kind: 'remove', log: logs.get(name)! }) as const)
  const bytes = encodeBatch({ records })
  await storage.append([...removals, { kind: 'batches', log: logs.get(`${internal}-0`)!, bytes }])
}

const text = (key: string, value: string | null): RecordContent => ({
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: [],
  timestamp: 1,
})

describe('a start', () => {
  test.each(INDEX_HARMS)('finds everything when the index was %s', async (harm) => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await first.createTopic('t', { partitions: 2, config: { retentionMs: -1 } })
    await first.produceRecords('t', [record('0', { partition: 1 })], {})
    for (let index = 0; index < 50; index++) {
      await first.commitOffsets(`g${index}`, [{ topic: 't', partition: 1, offset: at(1) }])
    }
    const before = await first.describeTopic('t')
    await first.close()
    await harmIndex(directory.path, harm)
    await using broker = await openBroker(directory.path)
    expect(await broker.describeTopic('t')).toMatchObject({ id: before.id, config: before.config })
    expect((await broker.listGroups({ limit: 100 })).groups).toHaveLength(50)
    expect(await broker.committedOffsets('g7', {})).toMatchObject([{ partition: 1, offset: 1 }])
    const { notes } = broker.status().lastRecovery
    expect(notes).toHaveLength(harm === 'deleted' ? 0 : 1)
  })

  test('finishes what a crash left of a topic that was deleted', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await first.createTopic('t', {})
    await first.produceRecords('t', [record('0')], {})
    await first.commitOffsets('g', [{ topic: 't', partition: 0, offset: at(1) }])
    await first.close()
    await appendTo(directory.path, '__topics', [text(topicKey('t'), null)], ['t-0'])
    await using broker = await openBroker(directory.path)
    await expect(broker.describeTopic('t')).rejects.toThrow(failure('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await broker.listGroups({ limit: 10 })).groups).toEqual([])
    expect((await valuesOf(broker, '__offsets')).at(-1)).toBe('')
  })

  test('with a partition missing says which', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await first.createTopic('t', { partitions: 2 })
    await first.close()
    await appendTo(directory.path, '__topics', [text('unknown to this version', 'x')], ['t-1'])
    await expect(openBroker(directory.path)).rejects.toThrow(/partition 1 of topic t is not there/)
  })

  test('does not guess at a topic that it cannot read', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await first.close()
    const newer = '{"version":2,"id":"x","logs":[],"config":{}}'
    await appendTo(directory.path, '__topics', [text(topicKey('t'), newer)])
    await expect(openBroker(directory.path)).rejects.toThrow(failure('CORRUPT_SEGMENT'))
  })

  test('leaves the data directory to another after it failed', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await expect(openBroker(directory.path)).rejects.toThrow(failure('DATA_DIRECTORY_IN_USE'))
    await first.close()
    const broken = '{"version":2}'
    await appendTo(directory.path, '__topics', [text(topicKey('t'), broken)])
    await expect(openBroker(directory.path)).rejects.toThrow(failure('CORRUPT_SEGMENT'))
    await appendTo(directory.path, '__topics', [text(topicKey('t'), null)])
    await using broker = await openBroker(directory.path)
    expect(broker.status()).toMatchObject({ state: 'ready', dataDirectory: directory.path })
  })
})
