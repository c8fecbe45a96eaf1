import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { parseStorageConfig } from '@millrace/storage/config'
import { Storage } from '@millrace/storage/storage'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { harmIndex, INDEX_HARMS } from './harm-index.ts'
import { topicKey } from '../src/topic-record.ts'
import { failure, openBroker } from './open-broker.ts'

const ORDER = schema('Order', [{ name: 'total', type: 'long' }])

function schema(name: string, fields: readonly object[]): string {
  return JSON.stringify({ type: 'record', name, fields })
}

describe('the schema registry', () => {
  test.each(INDEX_HARMS)('is as it was after a restart with the index %s', async (harm) => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    const money = schema('Money', [{ name: 'cents', type: 'long' }])
    const paid = schema('Paid', [{ name: 'price', type: 'Money' }])
    const references = [{ name: 'Money', subject: 'money', version: 1 }]
    const registered = [
      await first.schemas.register('orders-value', { schema: ORDER, references: [] }),
      await first.schemas.register('money', { schema: money, references: [] }),
      await first.schemas.register('ünicode /%20', { schema: paid, references }),
    ]
    await first.schemas.setConfig('money', { compatibility: 'FULL' })
    await first.schemas.setMode(undefined, 'READONLY', false)
    await first.close()
    await harmIndex(directory.path, harm)
    await using broker = await openBroker(directory.path)
    expect(await broker.schemas.listSchemas({})).toEqual([
      registered[1],
      registered[0],
      registered[2],
    ])
    expect(registered.map(({ id }) => id)).toEqual([1, 2, 3])
    expect(await broker.schemas.getConfig('money', false)).toEqual({ compatibility: 'FULL' })
    expect(await broker.schemas.getMode(undefined, false)).toBe('READONLY')
    expect(await broker.schemas.referencedBy('money', 1)).toEqual([3])
  })

  test('takes no schema while the disk is nearly full, and deletes all the same', async () => {
    await using directory = await makeTempDirectory()
    const clock = new ManualClock()
    let freeBytes = 1_000_000_000
    const disk = { ...NODE_DISK, space: async () => ({ freeBytes, totalBytes: 2_000_000_000 }) }
    const storage = { minFreeBytes: 500_000_000, reserveBytes: 0 }
    await using broker = await openBroker(directory.path, { clock, disk, storage })
    await broker.schemas.register('s', { schema: ORDER, references: [] })
    freeBytes = 100_000_000
    for (let seconds = 0; !broker.status().isFull && seconds < 100; seconds++) {
      clock.advance(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const refused = broker.schemas.register('t', { schema: ORDER, references: [] })
    await expect(refused).rejects.toThrow(failure('STORAGE_FULL', { appended: false }))
    expect(await broker.schemas.register('s', { schema: ORDER, references: [] })).toMatchObject({
      id: 1,
    })
    expect(await broker.schemas.deleteSubject('s', false)).toEqual([1])
  })

  test('comes to a data directory of before it', async () => {
    await using directory = await makeTempDirectory()
    const config = parseStorageConfig({ reserveBytes: 0, minFreeBytes: 0 })
    const first = await openBroker(directory.path)
    await first.createTopic('t', {})
    await first.close()
    {
      await using storage = await Storage.open(NODE_DISK, directory.path, SYSTEM_CLOCK, config)
      const logs = new Map([...storage.logs()].map((log) => [log.name, log.id]))
      const none = { key: Buffer.from(topicKey('__schemas')), value: null }
      const bytes = encodeBatch({ records: [{ ...none, headers: [], timestamp: 1 }] })
      await storage.append([
        { kind: 'remove', log: logs.get('__schemas-0')! },
        { kind: 'batches', log: logs.get('__topics-0')!, bytes },
      ])
    }
    await using broker = await openBroker(directory.path)
    expect(await broker.describeTopic('t')).toMatchObject({ name: 't' })
    expect(await broker.describeTopic('__schemas')).toMatchObject({ internal: true })
    const registered = await broker.schemas.register('s', { schema: ORDER, references: [] })
    expect(registered).toMatchObject({ id: 1, version: 1 })
  })
})
