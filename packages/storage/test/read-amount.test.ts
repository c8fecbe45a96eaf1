import { NODE_DISK } from '@millrace/disk/node-disk'
import { FIRST_OFFSET } from '@millrace/model/offset'
import { type DiskCall, FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { append, batches, createLog, logOf, openStore, TEST_STORE } from './open-store.ts'

const BATCH_BYTES = 40_000

test('a read whose room is used up does not read the batch that does not fit any more', async () => {
  await using directory = await makeTempDirectory()
  const id = await writeBatches(directory.path, 10)
  const calls: DiskCall[] = []
  const disk = new FaultyDisk(NODE_DISK, (call) => {
    calls.push(call)
    return undefined
  })
  const storage = await openStore(directory.path, { disk })
  calls.length = 0
  const maxBytes = BATCH_BYTES * 4 + 1_000
  const { byteCount } = await logOf(storage, id).read(FIRST_OFFSET, { maxBytes })
  const ofBatches = calls.filter(({ operation, path }) => {
    return operation === 'read' && path.endsWith('.log')
  })
  expect(byteCount).toBeGreaterThan(BATCH_BYTES * 4)
  expect(ofBatches.map(({ bytes }) => bytes)).toContain(maxBytes)
  expect(ofBatches.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(maxBytes + BATCH_BYTES)
  await storage.close()
})

test('a read goes on in the next segment as long as there is room', async () => {
  await using directory = await makeTempDirectory()
  const id = await writeBatches(directory.path, 10, { segmentBytes: BATCH_BYTES * 3 })
  const storage = await openStore(directory.path)
  const { byteCount, nextOffset } = await logOf(storage, id).read(FIRST_OFFSET, {
    maxBytes: BATCH_BYTES * 11,
  })
  expect(nextOffset).toBe(10)
  expect(byteCount).toBeGreaterThan(BATCH_BYTES * 10)
  await storage.close()
})

/** Batches of a record each, in segments, and none of them in memory. */
async function writeBatches(directory: string, count: number, config = {}) {
  const storage = await openStore(directory, { config: TEST_STORE })
  const log = await createLog(storage, 't-0', config)
  for (let index = 0; index < count; index++) {
    await append(storage, batches(log, 'v'.repeat(BATCH_BYTES)))
  }
  await storage.close()
  return log.id
}
