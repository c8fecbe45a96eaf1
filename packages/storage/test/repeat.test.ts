import { join } from 'node:path'
import type { Log } from '@millrace/log/log'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import type { Change } from '../src/change.ts'
import type { Storage } from '../src/storage.ts'
import {
  append,
  batchOf,
  copyAsKilled,
  createLog,
  expectFailure,
  logOf,
  openStore,
  valuesOf,
} from './open-store.ts'

const produced = (log: Log, baseSequence: number, value: string, producerEpoch = 0): Change => ({
  kind: 'batches',
  log: log.id,
  bytes: batchOf([value], { producerId: 7, producerEpoch, baseSequence }),
})

test('a repeat is answered with the offsets of its first copy, and is not appended', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  await append(storage, produced(log, 0, 'a'))
  await append(storage, produced(log, 1, 'b'))
  const [again] = await append(storage, produced(log, 0, 'a'))
  expect(again).toEqual({ baseOffset: 0, lastOffset: 0, duplicate: true })
  expect(await valuesOf(log)).toEqual(['a', 'b'])
})

test('a repeat in the same entry is answered once that is synced', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  const answers = await Promise.all([
    append(storage, produced(log, 0, 'a')),
    append(storage, produced(log, 0, 'a')),
    append(storage, produced(log, 1, 'b')),
  ])
  expect(answers.map(([outcome]) => outcome)).toEqual([
    { baseOffset: 0, lastOffset: 0, duplicate: false },
    { baseOffset: 0, lastOffset: 0, duplicate: true },
    { baseOffset: 1, lastOffset: 1, duplicate: false },
  ])
})

test('what goes with a repeat is not appended either', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  const other = await createLog(storage, 'other-0')
  const letter: Change = {
    kind: 'batches',
    log: other.id,
    bytes: batchOf(['letter']),
    repeatsWith: 0,
  }
  await append(storage, produced(log, 0, 'a'), letter)
  const again = await append(storage, produced(log, 0, 'a'), letter)
  expect(again.map(({ duplicate }) => duplicate)).toEqual([true, true])
  await append(storage, produced(log, 1, 'b'), letter)
  expect(await valuesOf(log)).toEqual(['a', 'b'])
  expect(await valuesOf(other)).toEqual(['letter', 'letter'])
})

test('gaps and old epochs are refused, with what was expected', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  await append(storage, produced(log, 0, 'a', 3))
  const gap = await expectFailure(
    append(storage, produced(log, 5, 'x', 3)),
    'OUT_OF_ORDER_SEQUENCE',
  )
  expect(gap.fields.expectedSequence).toBe(1)
  const old = await expectFailure(append(storage, produced(log, 1, 'x', 2)), 'PRODUCER_FENCED')
  expect(old.fields.currentEpoch).toBe(3)
  expect(await valuesOf(log)).toEqual(['a'])
})

test('several batches of one producer in one append follow each other, or all are refused', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  const together = (...sequences: readonly number[]): Change => ({
    kind: 'batches',
    log: log.id,
    bytes: Buffer.concat(
      sequences.map((baseSequence) =>
        batchOf([`${baseSequence}`], { producerId: 7, producerEpoch: 0, baseSequence }),
      ),
    ),
  })
  await append(storage, together(0, 1, 2))
  await expectFailure(append(storage, together(3, 5)), 'OUT_OF_ORDER_SEQUENCE')
  const [repeat] = await append(storage, together(0, 1, 2))
  expect(repeat).toEqual({ baseOffset: 0, lastOffset: 2, duplicate: true })
  await expectFailure(append(storage, together(2, 3)), 'OUT_OF_ORDER_SEQUENCE')
  expect(await valuesOf(log)).toEqual(['0', '1', '2'])
})

test.each(['a clean stop', 'a crash', 'the loss of what is kept of producers'])(
  'a repeat is recognized after %s',
  async (event) => {
    await using directory = await makeTempDirectory()
    const first = await openStore(join(directory.path, 'data'))
    const log = await createLog(first)
    await append(first, produced(log, 0, 'a'))
    await append(first, produced(log, 1, 'b'))
    const storage = await reopen(first, directory.path, event)
    const found = logOf(storage, log.id)
    const [again] = await append(storage, produced(found, 1, 'b'))
    expect(again).toEqual({ baseOffset: 1, lastOffset: 1, duplicate: true })
    await expectFailure(append(storage, produced(found, 7, 'x')), 'OUT_OF_ORDER_SEQUENCE')
    await append(storage, produced(found, 2, 'c'))
    expect(await valuesOf(found)).toEqual(['a', 'b', 'c'])
    await storage.close()
  },
)

test('what was trimmed is no longer known of a producer', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  await append(storage, produced(log, 0, 'a'))
  await append(storage, { kind: 'logStart', log: log.id, logStartOffset: log.logEndOffset })
  const [again] = await append(storage, produced(log, 0, 'a'))
  expect(again).toEqual({ baseOffset: 1, lastOffset: 1, duplicate: false })
})

async function reopen(storage: Storage, directory: string, event: string): Promise<Storage> {
  const data = join(directory, 'data')
  if (event === 'a crash') {
    const copy = join(directory, 'killed')
    await copyAsKilled(data, copy)
    await storage.close()
    return openStore(copy)
  }
  await storage.close()
  if (event !== 'a clean stop') await NODE_DISK.unlink(join(data, 'topics/t-0/producer-state'))
  return openStore(data)
}
