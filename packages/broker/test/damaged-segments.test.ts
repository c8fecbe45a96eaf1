import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { crc32c } from '@millrace/model/crc32c'
import { BATCH_HEADER_SIZE, readBatchHeader } from '@millrace/model/record-batch'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import { NO_LOGGER } from '../src/logger.ts'
import { at, failure, openBroker, record, recordsIn } from './open-broker.ts'
import { keyed as keyedByLetter, openShare, ShareWorker } from './share-worker.ts'

const HOUR_MS = 3_600_000

/** Turns one bit of a partition's first segment, so many bytes before its end where `at` is below 0. */
async function harm(directory: string, partition: string, position: number): Promise<void> {
  const path = join(directory, 'topics', partition, '00000000000000000000.log')
  const bytes = await readFile(path)
  const place = position < 0 ? bytes.length + position : position
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
  await writeFile(path, bytes)
}

/** Makes the first record of a batch longer than its batch is, under a checksum that holds. */
async function harmRecords(directory: string, partition: string, batch: number): Promise<void> {
  const path = join(directory, 'topics', partition, '00000000000000000000.log')
  const bytes = await readFile(path)
  let at = 0
  for (let passed = 0; passed < batch; passed++) at += readBatchHeader(bytes, at)!.sizeInBytes
  const end = at + readBatchHeader(bytes, at)!.sizeInBytes
  bytes.writeUInt8(0x7e, at + BATCH_HEADER_SIZE)
  bytes.writeUInt32BE(crc32c(bytes.subarray(at + CHECKED_FROM, end)), at + CRC_AT)
  await writeFile(path, bytes)
}

const CRC_AT = 17
const CHECKED_FROM = 21

/** Of batches of the same length; in the values' bytes, about. */
const IN_SECOND_OF_THREE = -80

function keyed(key: string) {
  return { idempotency: { key, chunk: 0, bodyHash: Buffer.from('body') } }
}

describe('with a damaged segment', () => {
  test('of __produce the broker starts, tells, and knows the keys that are sound', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await first.createTopic('t', {})
    for (const key of ['lost', 'kept']) await first.produceRecords('t', [record(key)], keyed(key))
    await first.close()
    await harm(directory.path, '__produce-0', 80)
    const told: string[] = []
    const logger = { ...NO_LOGGER, warn: (_fields: object, message: string) => told.push(message) }
    await using broker = await openBroker(directory.path, { logger })
    expect(told).toEqual(['idempotency keys lost'])
    const isKnown = async (key: string) =>
      (await broker.produceRecords('t', [record(key)], keyed(key))).duplicate
    expect([await isKnown('lost'), await isKnown('kept')]).toEqual([false, true])
    expect([await isKnown('lost'), await isKnown('kept')]).toEqual([true, true])
  })

  test('a fetch that waits for more answers with what is sound before the damage', async () => {
    await using directory = await makeTempDirectory()
    const first = await openBroker(directory.path)
    await first.createTopic('t', {})
    for (const value of ['sound', 'damaged']) await first.produceRecords('t', [record(value)], {})
    await first.close()
    await harm(directory.path, 't-0', -3)
    await using broker = await openBroker(directory.path)
    const request = { topic: 't', partition: 0, maxBytes: 10_000, minBytes: 5_000, waitMs: 60_000 }
    const { pieces, nextOffset } = await broker.fetch({ ...request, offset: at(0) })
    expect(recordsIn(pieces).map(({ value }) => String(value))).toEqual([
      String(Buffer.from('sound')),
    ])
    expect(nextOffset).toBe(1)
    const damaged = failure('CORRUPT_SEGMENT', { damagedFrom: 1 })
    await expect(broker.fetch({ ...request, offset: nextOffset })).rejects.toThrow(damaged)
  })
})

describe('a share group', () => {
  const SKIP = { deadLetter: { topic: 't.dead', policy: 'skip' } } as const

  test('passes over what damage made unreadable, counts it, and remembers the count', async () => {
    await using opened = await openShare()
    for (const value of ['a1', 'b1', 'c1']) {
      await opened.broker.produceRecords('t', keyedByLetter(value), {})
    }
    await opened.broker.close()
    await harm(opened.directory, 't-0', IN_SECOND_OF_THREE)
    const one = new ShareWorker(await opened.reopen())
    const described = async () => (await opened.broker.describeShareGroup('g')).partitions
    expect(await described()).toMatchObject([{ unreadable: 0, unsettled: 3 }])
    expect(await one.acquire()).toEqual(['a1', 'c1'])
    expect(await described()).toMatchObject([{ unreadable: 1, unsettled: 2, expired: 0 }])
    expect(opened.broker.metrics().shareLag).toMatchObject([{ unreadable: 1 }])
    await opened.reopen()
    expect(await described()).toMatchObject([{ unreadable: 1, unsettled: 2 }])
  })

  test('hands out what is sound around a batch whose checksum holds, and whose records cannot be read', async () => {
    await using opened = await openShare()
    for (const value of ['a1', 'b1', 'c1']) {
      await opened.broker.produceRecords('t', keyedByLetter(value), {})
    }
    await opened.broker.close()
    await harmRecords(opened.directory, 't-0', 1)
    const one = new ShareWorker(await opened.reopen())
    expect(await one.acquire()).toEqual(['a1', 'c1'])
    const { partitions } = await opened.broker.describeShareGroup('g')
    expect(partitions).toMatchObject([{ unreadable: 1, unsettled: 2 }])
  })

  test('hands out what was redriven, whatever became of the record that it is a copy of', async () => {
    await using opened = await openShare(SKIP)
    for (const value of ['b1', 'a1', 'c1']) {
      await opened.broker.produceRecords('t', keyedByLetter(value), {})
    }
    const one = new ShareWorker(opened.broker)
    await one.acquire()
    for (const value of ['a1', 'b1', 'c1'])
      await one.say([{ value, type: value === 'a1' ? 'reject' : 'return' }])
    await opened.broker.redrive('g', { all: true })
    await opened.broker.close()
    await harm(opened.directory, 't-0', IN_SECOND_OF_THREE)
    const two = new ShareWorker(await opened.reopen())
    expect(await two.acquire()).toEqual(['b1', 'a1', 'c1'])
    const { partitions } = await opened.broker.describeShareGroup('g')
    expect(partitions).toMatchObject([{ unreadable: 0, unsettled: 3 }])
  })
})

test('a partition whose disk cannot be read keeps no other from being expired', async () => {
  await using directory = await makeTempDirectory()
  const clock = new ManualClock()
  const first = await openBroker(directory.path, { clock })
  for (const topic of ['a', 'b']) {
    await first.createTopic(topic, { config: { retentionMs: HOUR_MS } })
    await first.produceRecords(topic, [record('old', { timestamp: clock.nowMs() })], {})
  }
  await first.close()
  const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) =>
    operation === 'read' && path.includes('a-0') ? { kind: 'error', code: 'EIO' } : undefined,
  )
  const told: object[] = []
  const logger = { ...NO_LOGGER, warn: (fields: object) => told.push(fields) }
  await using broker = await openBroker(directory.path, { clock, disk, logger })
  clock.advance(2 * HOUR_MS)
  const startOf = (topic: string) => broker.partitionState(topic, 0).logStartOffset
  for (let minutes = 0; startOf('b') === 0 && minutes < 1_000; minutes++) {
    clock.advance(60_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(startOf('a')).toBe(0)
  expect(told).toContainEqual(expect.objectContaining({ topic: 'a', partition: 0 }))
})
