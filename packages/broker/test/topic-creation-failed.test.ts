import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { type DiskCall, FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { failure, openBroker, record, valuesOf } from './open-broker.ts'

/** A disk that has no room for the calls that `isFull` names. */
function diskWithout(isFull: (call: DiskCall) => boolean): FaultyDisk {
  return new FaultyDisk(NODE_DISK, (call) =>
    isFull(call) ? { kind: 'error', code: 'ENOSPC' } : undefined,
  )
}

/** The directories of topic `t`. */
async function partitionsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(join(directory, 'topics'))
  return names.filter((name) => name.startsWith('t-')).toSorted()
}

describe('a topic that could not be made for want of room', () => {
  test.each([
    ['of a directory', 'makeDirectory', 't-2'],
    ['of a file', 'open', 't-5/partition.metadata'],
    ['of bytes', 'write', 't-0/partition.metadata'],
  ])('%s leaves nothing behind, and is made when there is room', async (_, operation, ending) => {
    await using directory = await makeTempDirectory()
    let isFull = false
    const disk = diskWithout(
      (call) => isFull && call.operation === operation && call.path.endsWith(ending),
    )
    await using broker = await openBroker(directory.path, { disk })
    isFull = true
    const refused = broker.createTopic('t', { partitions: 6 })
    await expect(refused).rejects.toThrow(failure('STORAGE_FULL', { appended: false }))
    expect(await partitionsIn(directory.path)).toEqual([])
    isFull = false
    const { created, topic } = await broker.createTopic('t', { partitions: 6 })
    expect([created, topic.partitions.length]).toEqual([true, 6])
    await broker.produceRecords('t', [record('a', { partition: 5 })], {})
    expect(await valuesOf(broker, 't', 5)).toEqual(['a'])
  })

  test('can be altered again, and keeps what it has meanwhile, settings too', async () => {
    await using directory = await makeTempDirectory()
    let isFull = false
    const disk = diskWithout(
      ({ operation, path }) => isFull && operation === 'makeDirectory' && path.endsWith('t-3'),
    )
    await using broker = await openBroker(directory.path, { disk })
    await broker.createTopic('t', { partitions: 2 })
    isFull = true
    const change = { partitions: 4, config: { retentionMs: 5 } }
    await expect(broker.alterTopic('t', change)).rejects.toThrow(failure('STORAGE_FULL'))
    expect((await broker.describeTopic('t')).config.retentionMs).not.toBe(5)
    expect(await partitionsIn(directory.path)).toEqual(['t-0', 't-1'])
    isFull = false
    const { topic } = await broker.alterTopic('t', change)
    expect(topic.config.retentionMs).toBe(5)
    expect(await partitionsIn(directory.path)).toEqual(['t-0', 't-1', 't-2', 't-3'])
  })
})

test('a topic whose append is refused leaves nothing behind, and its name is free', async () => {
  await using directory = await makeTempDirectory()
  // The append of so many partitions is larger than a journal slot.
  const storage = { journalSlotBytes: 64 * 1024 }
  await using broker = await openBroker(directory.path, { storage })
  const refused = broker.createTopic('t', { partitions: 100 })
  await expect(refused).rejects.toThrow(failure('BODY_TOO_LARGE', { appended: false }))
  expect(await partitionsIn(directory.path)).toEqual([])
  const { created } = await broker.createTopic('t', { partitions: 10 })
  expect(created).toBe(true)
})
