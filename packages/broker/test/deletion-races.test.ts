import { NODE_DISK } from '@millrace/disk/node-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { NO_LOGGER } from '../src/logger.ts'
import { at, openBroker, record } from './open-broker.ts'

const GONE = { reason: { code: 'UNKNOWN_TOPIC_OR_PARTITION' } }

describe('a topic that is deleted', () => {
  test('while a produce waits for another of its key refuses it by its name', async () => {
    await using directory = await makeTempDirectory()
    const syncing = Promise.withResolvers<void>()
    const allowed = Promise.withResolvers<void>()
    let isHeld = false
    const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) => {
      if (!isHeld || operation !== 'sync' || !path.endsWith('.journal')) return undefined
      syncing.resolve()
      return { kind: 'hold', until: allowed.promise }
    })
    await using broker = await openBroker(directory.path, { disk })
    await broker.createTopic('t', {})
    const key = { idempotency: { key: 'k', chunk: 0, bodyHash: Buffer.from('body') } }
    const records = [record('a', { partition: 0 })]
    isHeld = true
    const before = broker.produceRecords('t', records, {})
    await syncing.promise
    const refused = broker.produceRecords('t', records, { ...key, expectedLogEndOffset: at(7) })
    const waiting = broker.produceRecords('t', records, key)
    const answers = Promise.allSettled([before, refused, waiting])
    const deleted = broker.deleteTopic('t')
    isHeld = false
    allowed.resolve()
    await deleted
    const [first, second, third] = await answers
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(second).toMatchObject({ reason: { code: 'LOG_END_OFFSET_MISMATCH' } })
    const detail = 'Topic t was deleted meanwhile.'
    const reason = { code: 'UNKNOWN_TOPIC_OR_PARTITION', detail, fields: { appended: false } }
    expect(third).toMatchObject({ reason })
  })

  test('under a fetch that waits ends it', async () => {
    await using directory = await makeTempDirectory()
    await using broker = await openBroker(directory.path)
    await broker.createTopic('t', {})
    const request = { topic: 't', partition: 0, offset: at(0), maxBytes: 100, minBytes: 1 }
    const waiting = broker.fetch({ ...request, waitMs: 60_000 })
    const [ended] = await Promise.allSettled([waiting, broker.deleteTopic('t')])
    expect(ended).toMatchObject(GONE)
  })

  test('under a reset of its offsets gets none, and leaves no group behind', async () => {
    await using directory = await makeTempDirectory()
    const reading = Promise.withResolvers<void>()
    const allowed = Promise.withResolvers<void>()
    const first = await openBroker(directory.path)
    await first.createTopic('t', {})
    await first.produceRecords('t', [record('a')], {})
    await first.close()
    let isHeld = false
    const disk = new FaultyDisk(NODE_DISK, ({ path }) => {
      if (!isHeld || !path.includes('t-0')) return undefined
      reading.resolve()
      return { kind: 'hold', until: allowed.promise }
    })
    await using broker = await openBroker(directory.path, { disk })
    isHeld = true
    const to = { at: 'timestamp', timestamp: 1 } as const
    const reset = broker.resetOffsets('g', { topic: 't', to, dryRun: false })
    const refused = Promise.allSettled([reset])
    await reading.promise
    const deleted = broker.deleteTopic('t')
    isHeld = false
    allowed.resolve()
    expect(await refused).toMatchObject([GONE])
    await deleted
    expect(await broker.listGroups({ limit: 10 })).toEqual({ groups: [] })
  })

  test('is answered as deleted also where what groups committed in it could not be taken back', async () => {
    await using directory = await makeTempDirectory()
    const told: string[] = []
    const logger = { ...NO_LOGGER, warn: (_fields: object, message: string) => told.push(message) }
    let syncs: number | undefined
    const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) => {
      if (syncs === undefined || operation !== 'sync' || !path.endsWith('.journal'))
        return undefined
      // The deletion is the first, what follows from it the second.
      return ++syncs === 2 ? { kind: 'error', code: 'EIO' } : undefined
    })
    const failing = await openBroker(directory.path, { disk, logger })
    await failing.createTopic('t', {})
    await failing.commitOffsets('g', [{ topic: 't', partition: 0, offset: at(0) }])
    syncs = 0
    await failing.deleteTopic('t')
    expect(told).toEqual(['committed offsets of a deleted topic are left'])
    await failing.close()
    await using broker = await openBroker(directory.path)
    expect(await broker.listTopics({ prefix: 't', limit: 1 })).toEqual({ topics: [] })
    expect(await broker.listGroups({ limit: 1 }), 'the start takes them back').toEqual({
      groups: [],
    })
  })
})
