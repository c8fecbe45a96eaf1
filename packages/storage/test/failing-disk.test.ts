import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { type DiskCall, FaultyDisk, type Fault } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import {
  append,
  batches,
  createLog,
  expectFailure,
  logOf,
  openStore,
  reached,
  valuesOf,
} from './open-store.ts'

/** Fails nothing until it is told what. */
class Failing {
  fault: (call: DiskCall) => Fault | undefined = () => undefined
  readonly disk = new FaultyDisk(NODE_DISK, (call) => this.fault(call))

  fail(operation: DiskCall['operation'], ending: string, fault: Fault): void {
    this.fault = (call) =>
      call.operation === operation && call.path.endsWith(ending) ? fault : undefined
  }

  mend(): void {
    this.fault = () => undefined
  }
}

const IO_ERROR: Fault = { kind: 'error', code: 'EIO' }

test.each([
  ['a failed sync', 'sync', IO_ERROR],
  ['a failed write', 'write', IO_ERROR],
  ['a short write', 'write', { kind: 'short', bytes: 100 }],
  ['a sync that finds no room', 'sync', { kind: 'error', code: 'ENOSPC' }],
] as const)(
  'after %s of the journal nothing is acknowledged any more',
  async (_, operation, fault) => {
    await using directory = await makeTempDirectory()
    const failing = new Failing()
    const storage = await openStore(directory.path, { disk: failing.disk })
    const log = await createLog(storage)
    await append(storage, batches(log, 'a'))
    failing.fail(operation, '.journal', fault)
    const inEntry = append(storage, batches(log, 'in the entry'))
    const error = await expectFailure(inEntry, 'STORAGE_FAILED')
    expect(error.fields.appended).toBe('unknown')
    failing.mend()
    const late = await expectFailure(append(storage, batches(log, 'too late')), 'STORAGE_FAILED')
    expect(late.fields.appended).toBe(false)
    expect(storage.state.kind).toBe('failed')
    expect((await storage.failed).code).toBe('STORAGE_FAILED')
    expect(await valuesOf(log), 'reads go on').toEqual(['a'])
    await storage.close()
  },
)

test('appends that are in no entry yet are answered as not appended', async () => {
  await using directory = await makeTempDirectory()
  const failing = new Failing()
  const storage = await openStore(directory.path, { disk: failing.disk })
  const log = await createLog(storage)
  const { failed, held } = holdJournalSync(failing)
  const inEntry = append(storage, batches(log, 'a'))
  await held
  const waiting = append(storage, batches(log, 'b'))
  failing.fail('write', '.journal', IO_ERROR)
  failed.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
  expect((await expectFailure(inEntry, 'STORAGE_FAILED')).fields.appended).toBe('unknown')
  expect((await expectFailure(waiting, 'STORAGE_FAILED')).fields.appended).toBe(false)
  await storage.close()
})

test('a checkpoint that waits for an entry ends with it when that fails, and the store can be closed', async () => {
  await using directory = await makeTempDirectory()
  const failing = new Failing()
  const storage = await openStore(directory.path, { disk: failing.disk })
  const log = await createLog(storage)
  const { failed, held } = holdJournalSync(failing)
  const inEntry = append(storage, batches(log, 'a'))
  await held
  const checkpoint = storage.checkpoint()
  failed.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
  await expectFailure(inEntry, 'STORAGE_FAILED')
  await expectFailure(checkpoint, 'STORAGE_FAILED')
  await storage.close()
})

test.each([
  ['a segment', '.log'],
  ['the checkpoint', 'checkpoint.tmp'],
  ['an epoch file', 'leader-epoch-checkpoint.tmp'],
])('a failed sync of %s ends writing, and the next start has everything', async (_, ending) => {
  await using directory = await makeTempDirectory()
  const failing = new Failing()
  const storage = await openStore(directory.path, { disk: failing.disk })
  const log = await createLog(storage)
  await append(storage, batches(log, 'a'))
  failing.fail('sync', ending, IO_ERROR)
  await expectFailure(storage.checkpoint(), 'STORAGE_FAILED')
  failing.mend()
  await expectFailure(append(storage, batches(log, 'b')), 'STORAGE_FAILED')
  await storage.close()
  await using again = await openStore(directory.path)
  expect(await valuesOf(logOf(again, log.id))).toEqual(['a'])
  expect(again.recovery.wasClean).toBe(false)
})

test('a failed write behind, other than for want of room, ends writing', async () => {
  await using directory = await makeTempDirectory()
  const failing = new Failing()
  const storage = await openStore(directory.path, { disk: failing.disk })
  const log = await createLog(storage)
  await append(storage, batches(log, 'a'))
  failing.fail('write', '.log', IO_ERROR)
  await expectFailure(storage.checkpoint(), 'STORAGE_FAILED')
  expect(await valuesOf(log), 'it is still in memory').toEqual(['a'])
  await storage.close()
})

test('a flush before a checkpoint that fails is the end of writing', async () => {
  await using directory = await makeTempDirectory()
  const storage = await openStore(directory.path)
  storage.atCheckpoint(() => Promise.reject(new Error('LMDB is gone')))
  const log = await createLog(storage)
  await expectFailure(storage.checkpoint(), 'STORAGE_FAILED')
  await expectFailure(append(storage, batches(log, 'a')), 'STORAGE_FAILED')
  await storage.close()
})

test('readers that wait are told when the store stops', async () => {
  await using directory = await makeTempDirectory()
  const storage = await openStore(directory.path)
  const log = await createLog(storage)
  const waiting = reached(log, log.highWatermark)
  const stopped = expectFailure(waiting, 'STOPPING')
  await storage.close()
  await stopped
  await expectFailure(append(storage, batches(log, 'a')), 'STOPPING')
  expect(await NODE_DISK.stat(join(directory.path, 'LOCK.json'))).toBeUndefined()
})

/** The next sync of the journal is `held` until `failed` is settled. */
function holdJournalSync(failing: Failing) {
  const held = Promise.withResolvers<void>()
  const failed = Promise.withResolvers<void>()
  failing.fault = ({ operation, path }) => {
    if (operation !== 'sync' || !path.endsWith('.journal')) return undefined
    held.resolve()
    return { kind: 'hold', until: failed.promise }
  }
  return { held: held.promise, failed }
}
