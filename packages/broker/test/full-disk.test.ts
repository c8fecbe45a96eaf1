import { NODE_DISK } from '@millrace/disk/node-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { failure, openBroker, record, valuesOf } from './open-broker.ts'

const MiB = 1024 * 1024

test('a full disk refuses produce and says how much room is needed; the log tells when, and when it goes on', async () => {
  await using directory = await makeTempDirectory()
  const clock = new ManualClock()
  let freeBytes = 1_000 * MiB
  const disk = { ...NODE_DISK, space: async () => ({ freeBytes, totalBytes: 2_000 * MiB }) }
  const told: (readonly [object, string])[] = []
  const tell = (fields: object, message: string) => told.push([fields, message])
  const logger = { info: tell, warn: tell, error: tell }
  const storage = { minFreeBytes: 256 * MiB, reserveBytes: 0 }
  await using broker = await openBroker(directory.path, { clock, disk, logger, storage })
  await broker.createTopic('t', {})
  told.length = 0
  const changeRoom = async (bytes: number) => {
    freeBytes = bytes
    const wasFull = broker.status().isFull
    for (let seconds = 0; broker.status().isFull === wasFull && seconds < 100; seconds++) {
      clock.advance(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  for (let times = 0; times < 2; times++) {
    await changeRoom(100.5 * MiB)
    clock.advance(500)
    for (let tries = 0; tries < 3; tries++) {
      const refused = broker.produceRecords('t', [record('refused')], {})
      await expect(refused).rejects.toThrow(failure('STORAGE_FULL', { appended: false }))
      await expect(refused).rejects.toThrow(
        '100 MiB were free on the disk 0 s ago, and 256 MiB must be',
      )
    }
    clock.advance(500)
    await changeRoom(300 * MiB)
    for (let tries = 0; tries < 2; tries++) await broker.produceRecords('t', [record('a')], {})
  }
  expect(told.map(([, message]) => message)).toEqual([
    'disk nearly full: produce is refused',
    'room on the disk again: produce goes on',
    'disk nearly full: produce is refused',
    'room on the disk again: produce goes on',
  ])
  expect(told[0]?.[0]).toEqual({ reason: expect.stringContaining('storage.minFreeBytes') })
  expect(await valuesOf(broker, 't')).toEqual(['a', 'a', 'a', 'a'])
})
