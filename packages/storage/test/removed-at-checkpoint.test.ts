import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { expect, test } from 'vitest'
import { Storage } from '../src/storage.ts'
import { append, batches, createLog, logOf, TEST_STORE, valuesOf } from './open-store.ts'

const DIRECTORY = '/data'

test('a log that is removed while a checkpoint waits for its segments is not named as one that has them', async () => {
  const disk = new CrashingDisk({ seed: 1, directory: DIRECTORY })
  const reached = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const holding = new FaultyDisk(disk, ({ operation, path }) => {
    if (operation !== 'write' || !path.endsWith('removed-0/00000000000000000000.log')) {
      return undefined
    }
    reached.resolve()
    return { kind: 'hold', until: goOn.promise }
  })
  const storage = await Storage.openAlone(holding, DIRECTORY, new ManualClock(), TEST_STORE)
  const kept = await createLog(storage, 'kept-0')
  const removed = await createLog(storage, 'removed-0', { segmentBytes: 1_000 })
  await append(storage, batches(kept, 'a'))
  // In a segment each: the second is still to come when the log goes.
  for (const value of ['a', 'b']) await append(storage, batches(removed, value.padEnd(900)))
  const checkpoint = storage.checkpoint()
  await reached.promise
  await storage.append([{ kind: 'remove', log: removed.id }])
  goOn.resolve()
  await checkpoint
  const found = disk.afterPowerCut()
  await using again = await Storage.openAlone(found, DIRECTORY, new ManualClock(), TEST_STORE)
  expect(again.log(removed.id)).toBeUndefined()
  expect(await valuesOf(logOf(again, kept.id))).toEqual(['a'])
})
