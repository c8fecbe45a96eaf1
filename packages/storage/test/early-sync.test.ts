import { NODE_DISK } from '@millrace/disk/node-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { append, batches, createLog, openStore, TEST_STORE } from './open-store.ts'

const MiB = 1024 * 1024

test('a checkpoint waits for the sync of a segment that began before it', async () => {
  await using directory = await makeTempDirectory()
  const begun = Promise.withResolvers<void>()
  const synced = Promise.withResolvers<void>()
  let syncs = 0
  let isCheckpointed = false
  const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) => {
    if (operation === 'rename' && path.endsWith('checkpoint.tmp')) isCheckpointed = true
    if (operation !== 'sync' || !path.endsWith('.log')) return undefined
    syncs++
    if (syncs > 1) return undefined
    begun.resolve()
    return { kind: 'hold', until: synced.promise }
  })
  const config = { ...TEST_STORE, journalSlotBytes: 8 * MiB }
  const storage = await openStore(directory.path, { disk, config })
  const log = await createLog(storage)
  isCheckpointed = false
  for (let count = 0; count < 6; count++) await append(storage, batches(log, 'x'.repeat(MiB)))
  await begun.promise
  const checkpoint = storage.checkpoint()
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(isCheckpointed).toBe(false)
  synced.resolve()
  await checkpoint
  expect(isCheckpointed).toBe(true)
  await storage.close()
})
