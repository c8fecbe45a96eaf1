import type { Log } from '@millrace/log/log'
import type { Offset } from '@millrace/model/offset'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import type { Change } from '../src/change.ts'
import {
  append,
  batches,
  batchOf,
  createLog,
  expectFailure,
  openStore,
  reached,
  valuesOf,
} from './open-store.ts'

test('batches get the next offsets, and are read back from memory and from segments', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  const [first] = await append(storage, batches(log, 'a', 'b'))
  expect(first).toEqual({ baseOffset: 0, lastOffset: 1, duplicate: false })
  const [second] = await append(storage, batches(log, 'c'))
  expect(second).toEqual({ baseOffset: 2, lastOffset: 2, duplicate: false })
  expect(await valuesOf(log)).toEqual(['a', 'b', 'c'])
  await storage.checkpoint()
  await append(storage, batches(log, 'd'))
  expect(await valuesOf(log)).toEqual(['a', 'b', 'c', 'd'])
  expect(await valuesOf(log, 2 as Offset)).toEqual(['c', 'd'])
})

test('an append made however soon after another was answered is answered too', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  const turnsMax = 12
  for (let turns = 0; turns <= turnsMax; turns++) {
    await append(storage, batches(log, `${turns}`))
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  }
  expect(log.logEndOffset).toBe(turnsMax + 1)
})

test('one append reaches several logs, in the order of its changes', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const [one, other] = [await createLog(storage, 't-0'), await createLog(storage, 't-1')]
  await append(storage, batches(other, 'x'))
  const outcomes = await append(storage, batches(one, 'a'), batches(other, 'b'), batches(one, 'c'))
  expect(outcomes.map(({ baseOffset }) => baseOffset)).toEqual([0, 1, 1])
  expect(await valuesOf(one)).toEqual(['a', 'c'])
  expect(await valuesOf(other)).toEqual(['x', 'b'])
})

test('a batch that is built from the outcomes before it is part of the same append', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const [one, other] = [await createLog(storage, 't-0'), await createLog(storage, 't-1')]
  await append(storage, batches(one, 'a'))
  await append(storage, batches(one, 'b', 'c'), {
    kind: 'derived',
    log: other.id,
    maxBytes: 200,
    build: ([outcome]) => batchOf([`from ${outcome?.baseOffset} to ${outcome?.lastOffset}`]),
  })
  expect(await valuesOf(other)).toEqual(['from 1 to 2'])
})

test('an append of which one part is refused changes nothing at all', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const [one, other] = [await createLog(storage, 't-0'), await createLog(storage, 't-1')]
  const late = batchesAt(other, 1, 'b')
  const error = await expectFailure(
    append(storage, batches(one, 'a'), late),
    'LOG_END_OFFSET_MISMATCH',
  )
  expect(error.fields).toMatchObject({ logEndOffset: 0, index: 1, appended: false })
  const unknown = { ...batches(one, 'b'), log: storage.allocateLogId() }
  await expectFailure(append(storage, batches(one, 'a'), unknown), 'UNKNOWN_TOPIC_OR_PARTITION')
  expect([one.logEndOffset, other.logEndOffset]).toEqual([0, 0])
})

test('an expected log end offset is compared in the order of the appends', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  const expecting = (offset: number, value: string) =>
    append(storage, batchesAt(log, offset, value))
  const results = await Promise.allSettled([
    expecting(0, 'a'),
    expecting(0, 'lost the race'),
    expecting(1, 'b'),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await valuesOf(log)).toEqual(['a', 'b'])
})

test('nobody sees a record, and no append is answered, before the sync', async () => {
  await using directory = await makeTempDirectory()
  const synced = Promise.withResolvers<void>()
  let isHeld = false
  const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) =>
    isHeld && operation === 'sync' && path.endsWith('.journal')
      ? { kind: 'hold', until: synced.promise }
      : undefined,
  )
  await using storage = await openStore(directory.path, { disk })
  const log = await createLog(storage)
  isHeld = true
  let isAnswered = false
  const answer = append(storage, batches(log, 'a')).then(() => (isAnswered = true))
  const seen = reached(log, 0 as Offset)
  while (log.logEndOffset === 0) await new Promise((resolve) => setImmediate(resolve))
  expect([log.highWatermark, isAnswered]).toEqual([0, false])
  expect(await log.read(0 as Offset, { maxBytes: 100 })).toMatchObject({ pieces: [] })
  synced.resolve()
  await Promise.all([answer, seen])
  expect(log.highWatermark).toBe(1)
})

test('everybody who waits is answered by one sync', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  const before = storage.metrics().syncs
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => append(storage, batches(log, `${index}`))),
  )
  expect(storage.metrics().syncs - before).toBe(1)
  expect((await valuesOf(log)).length).toBe(50)
})

test('more than one entry may hold is refused, and more than waits in one entry goes into the next', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  await expectFailure(append(storage, batches(log, 'x'.repeat(300_000))), 'BODY_TOO_LARGE')
  const before = storage.metrics().syncs
  const large = Array.from({ length: 5 }, () => append(storage, batches(log, 'x'.repeat(100_000))))
  const outcomes = await Promise.all(large)
  expect(outcomes.map(([outcome]) => outcome?.baseOffset)).toEqual([0, 1, 2, 3, 4])
  expect(storage.metrics().syncs - before).toBeGreaterThan(1)
})

test('with LogAppendTime batches get the time of their entry, which never goes back', async () => {
  await using directory = await makeTempDirectory()
  const clock = new ManualClock(5_000)
  await using storage = await openStore(directory.path, { clock })
  const log = await createLog(storage, 't-0', { messageTimestampType: 'LogAppendTime' })
  const [first] = await append(storage, batches(log, 'a'))
  clock.jumpTo(1_000)
  const [second] = await append(storage, batches(log, 'b'))
  expect([first?.appendTime, second?.appendTime]).toEqual([5_000, 5_000])
  clock.jumpTo(9_000)
  const [third] = await append(storage, batches(log, 'c'))
  expect(third?.appendTime).toBe(9_000)
  expect(await log.timestampAt(2 as Offset)).toBe(9_000)
})

test('what is not whole batches is refused', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage)
  const whole = batchOf(['a'])
  for (const bytes of [
    new Uint8Array(0),
    whole.subarray(0, whole.length - 1),
    new Uint8Array(99),
  ]) {
    await expectFailure(append(storage, { kind: 'batches', log: log.id, bytes }), 'CORRUPT_BATCH')
  }
  expect(log.logEndOffset).toBe(0)
})

function batchesAt(log: Log, expectedLogEndOffset: number, value: string): Change {
  const bytes = batchOf([value])
  const expected = expectedLogEndOffset as Offset
  return { kind: 'batches', log: log.id, bytes, expectedLogEndOffset: expected }
}
