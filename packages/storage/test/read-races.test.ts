import { fileURLToPath } from 'node:url'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { planImport } from '@millrace/log/import-plan'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Offset } from '@millrace/model/offset'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import type { Change } from '../src/change.ts'
import type { Storage } from '../src/storage.ts'
import { append, batches, createLog, expectFailure, logOf, openStore } from './open-store.ts'

/** A disk whose first call for a file that ends so is held back, once it is told which. */
class HeldCall {
  readonly begun = Promise.withResolvers<void>()
  readonly #allowed = Promise.withResolvers<void>()
  #ending: string | undefined
  readonly disk = new FaultyDisk(NODE_DISK, ({ path }) => {
    if (this.#ending === undefined || !path.endsWith(this.#ending)) return undefined
    this.#ending = undefined
    this.begun.resolve()
    return { kind: 'hold', until: this.#allowed.promise }
  })

  holdNext(ending: string): void {
    this.#ending = ending
  }

  release(): void {
    this.#allowed.resolve()
  }
}

/** A record of so many bytes, with this timestamp. */
function timed(log: { readonly id: Change['log'] }, timestamp: number): Change {
  const record = { key: null, value: Buffer.alloc(600), headers: [], timestamp }
  return { kind: 'batches', log: log.id, bytes: encodeBatch({ records: [record] }) }
}

test('a time is found in a record that goes from memory to a new segment while older ones are looked at', async () => {
  await using directory = await makeTempDirectory()
  const before = await openStore(directory.path)
  const { id } = await createLog(before, 't-0', { segmentBytes: 1_000 })
  for (const timestamp of [1_000, 2_000]) await append(before, timed({ id }, timestamp))
  await before.close()
  const held = new HeldCall()
  await using storage = await openStore(directory.path, { disk: held.disk })
  const log = logOf(storage, id)
  storage.configureLog(id, { ...LOG_CONFIG_DEFAULTS, segmentBytes: 1_000 })
  await append(storage, timed(log, 3_000))
  held.holdNext('00000000000000000000.timeindex')
  const finding = log.offsetForTimestamp(2_500)
  await held.begun.promise
  await storage.checkpoint()
  expect(log.pendingBytes).toBe(0)
  held.release()
  expect(await finding).toBe(2)
})

test('records of an aborted transaction do not appear when their segment is deleted under a read', async () => {
  await using directory = await makeTempDirectory()
  const held = new HeldCall()
  await using storage = await openStore(directory.path, { disk: held.disk })
  const log = logOf(storage, await importClean(storage))
  held.holdNext('00000000000000000016.txnindex')
  const reading = log.read(16 as Offset, { maxBytes: 1_000_000 })
  await held.begun.promise
  await append(storage, { kind: 'logStart', log: log.id, logStartOffset: log.logEndOffset })
  await storage.checkpoint()
  held.release()
  await expectFailure(reading, 'OFFSET_OUT_OF_RANGE')
})

test('who still has a removed log reads nothing of it, and is told why', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  await append(storage, batches(log, 'a', 'b'))
  await append(storage, { kind: 'remove', log: log.id })
  const reads = [
    () => log.read(0 as Offset, { maxBytes: 1_000 }),
    () => log.offsetForTimestamp(1),
    () => log.timestampAt(0 as Offset),
  ]
  for (const read of reads) await expectFailure(read(), 'UNKNOWN_TOPIC_OR_PARTITION')
  await storage.checkpoint()
  for (const read of reads) await expectFailure(read(), 'UNKNOWN_TOPIC_OR_PARTITION')
})

test('a look through the segments of a log that is removed meanwhile says so', async () => {
  await using directory = await makeTempDirectory()
  const before = await openStore(directory.path)
  const { id } = await createLog(before, 't-0', { segmentBytes: 1_000 })
  for (const timestamp of [1_000, 2_000]) await append(before, timed({ id }, timestamp))
  await before.close()
  const held = new HeldCall()
  await using storage = await openStore(directory.path, { disk: held.disk })
  held.holdNext('00000000000000000000.timeindex')
  const finding = expectFailure(
    logOf(storage, id).offsetForTimestamp(2_000),
    'UNKNOWN_TOPIC_OR_PARTITION',
  )
  await held.begun.promise
  await append(storage, { kind: 'remove', log: id })
  await storage.checkpoint()
  held.release()
  await finding
})

async function importClean(storage: Storage) {
  const source = fileURLToPath(
    new URL('../../log/test/fixtures/partition-clean/g-0', import.meta.url),
  )
  for await (const plan of planImport(NODE_DISK, source)) {
    if (plan.kind !== 'plan') continue
    const config = LOG_CONFIG_DEFAULTS
    const log = { source, plan, directory: 'g-0', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', config }
    return (await storage.importLog(log, { openTransactions: 'keep' })).id
  }
  throw new Error('There is no plan.')
}
