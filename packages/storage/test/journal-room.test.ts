import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { Storage } from '../src/storage.ts'
import {
  append,
  batches,
  copyAsKilled,
  createLog,
  openStore,
  TEST_STORE,
  valuesOf,
} from './open-store.ts'

const VALUE = 'x'.repeat(60_000)

test('a full journal makes appends wait, and none of it is written again before a checkpoint is durable', async () => {
  await using temporary = await makeTempDirectory()
  const living = join(temporary.path, 'living')
  const durable = Promise.withResolvers<void>()
  let isHeld = false
  const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) =>
    isHeld && operation === 'rename' && path.endsWith('checkpoint.tmp')
      ? { kind: 'hold', until: durable.promise }
      : undefined,
  )
  const storage = await Storage.open(disk, living, SYSTEM_CLOCK, TEST_STORE)
  const log = await createLog(storage)
  isHeld = true
  let answered = 0
  const appends = Array.from({ length: 40 }, () =>
    append(storage, batches(log, VALUE)).then(() => answered++),
  )
  const { journalBytesMax } = storage.metrics()
  while (storage.metrics().journalBytesUsed < journalBytesMax - 256 * 1024 || answered < 12) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.race([Promise.all(appends), new Promise((resolve) => setImmediate(resolve))])
  expect(answered).toBeLessThan(18)
  const killed = join(temporary.path, 'killed')
  await copyAsKilled(living, killed)
  const acknowledged = answered
  durable.resolve()
  await Promise.all(appends)
  expect((await valuesOf(log)).length).toBe(40)
  await storage.close()
  await using again = await openStore(killed)
  const [found] = again.logs()
  expect(found?.highWatermark).toBeGreaterThanOrEqual(acknowledged)
})

test('checkpoints free the journal while appends go on, and it grows to its limit and no further', async () => {
  await using temporary = await makeTempDirectory()
  await using storage = await Storage.open(NODE_DISK, temporary.path, SYSTEM_CLOCK, TEST_STORE)
  const log = await createLog(storage)
  for (let count = 0; count < 60; count++) await append(storage, batches(log, VALUE))
  const metrics = storage.metrics()
  expect(metrics.journalBytesUsed).toBeLessThanOrEqual(metrics.journalBytesMax)
  expect(metrics.checkpoints).toBeGreaterThan(2)
  const slots = await NODE_DISK.list(join(temporary.path, 'journal'))
  expect(slots.filter((name) => name.endsWith('.journal')).length).toBeLessThanOrEqual(4)
  expect((await valuesOf(log)).every((value) => value === VALUE)).toBe(true)
})
