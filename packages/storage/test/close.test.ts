import { NODE_DISK } from '@millrace/disk/node-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { append, batches, createLog, logOf, openStore, valuesOf } from './open-store.ts'

/** How many are synced at once. */
const AT_ONCE = 16
const VALUES = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(900))

/** When others have had their turn, if there are any. */
async function later(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('a clean stop syncs many segments of a log at once, and no more than it may', async () => {
  await using directory = await makeTempDirectory()
  const allBegun = Promise.withResolvers<number>()
  let isStopping = false
  let begun = 0
  const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) => {
    if (!isStopping || operation !== 'sync' || !path.endsWith('.log')) return undefined
    begun++
    // One after the other would wait here for ever.
    if (begun === AT_ONCE) void later().then(() => allBegun.resolve(begun))
    return { kind: 'hold', until: allBegun.promise }
  })
  const storage = await openStore(directory.path, { disk })
  const log = await createLog(storage, 't-0', { segmentBytes: 1_000 })
  for (const value of VALUES) await append(storage, batches(log, value))
  isStopping = true
  await storage.close()
  expect(await allBegun.promise).toBe(AT_ONCE)
  await using again = await openStore(directory.path)
  expect(again.recovery.wasClean).toBe(true)
  expect(await valuesOf(logOf(again, log.id))).toEqual(VALUES)
})

test('a sync that fails at a clean stop is no clean stop, and the next start has everything', async () => {
  await using directory = await makeTempDirectory()
  let isFailing = false
  const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) =>
    isFailing && operation === 'sync' && path.endsWith('17.log')
      ? { kind: 'error', code: 'EIO' }
      : undefined,
  )
  const storage = await openStore(directory.path, { disk })
  const log = await createLog(storage, 't-0', { segmentBytes: 1_000 })
  for (const value of VALUES) await append(storage, batches(log, value))
  isFailing = true
  await expect(storage.close()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  await using again = await openStore(directory.path)
  expect(again.recovery.wasClean).toBe(false)
  expect(await valuesOf(logOf(again, log.id))).toEqual(VALUES)
})
