import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '@millrace/log/log'
import type { Offset } from '@millrace/model/offset'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import type { Change } from '../src/change.ts'
import {
  append,
  batches,
  copyAsKilled,
  createLog,
  expectFailure,
  logOf,
  openStore,
  reached,
  valuesOf,
} from './open-store.ts'

const trim = (log: Log, offset: number): Change => ({
  kind: 'logStart',
  log: log.id,
  logStartOffset: offset as Offset,
})

test('a directory that was prepared and never created is gone at the next start', async () => {
  await using directory = await makeTempDirectory()
  const storage = await openStore(directory.path)
  const log = await createLog(storage, 't-0')
  const { config } = log
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAA'
  await storage.prepareLog({ log: storage.allocateLogId(), directory: 't-1', topicId, config })
  expect(await readdir(join(directory.path, 'topics'))).toEqual(['t-0', 't-1'])
  await storage.close()
  await (await openStore(directory.path)).close()
  expect(await readdir(join(directory.path, 'topics'))).toEqual(['t-0'])
})

test('a directory with segments that nothing names is left alone, and reported', async () => {
  await using directory = await makeTempDirectory()
  await (await openStore(directory.path)).close()
  const foreign = join(directory.path, 'topics', 'x-0')
  await mkdir(foreign)
  await writeFile(join(foreign, '00000000000000000000.log'), 'bytes')
  await using storage = await openStore(directory.path)
  expect(storage.recovery.notes).toHaveLength(1)
  expect(storage.recovery.notes[0]).toContain('x-0')
  expect(await readdir(foreign)).toEqual(['00000000000000000000.log'])
  await expectFailure(createLog(storage, 'x-0'), 'TOPIC_EXISTS')
})

test('a log id is never given twice, also when its log is removed and after a crash', async () => {
  await using temporary = await makeTempDirectory()
  const living = join(temporary.path, 'living')
  const storage = await openStore(living)
  const first = await createLog(storage, 't-0')
  await append(storage, { kind: 'remove', log: first.id })
  const killed = join(temporary.path, 'killed')
  await copyAsKilled(living, killed)
  await storage.close()
  for (const path of [living, killed]) {
    await using again = await openStore(path)
    expect(again.allocateLogId(), path).toBeGreaterThan(first.id)
  }
})

test('an append may go to a log that was just written to for the first time and to one of an earlier life', async () => {
  await using directory = await makeTempDirectory()
  const before = await openStore(directory.path)
  const { id } = await createLog(before, 't-0')
  await append(before, batches(logOf(before, id), 'a'))
  await before.close()
  await using storage = await openStore(directory.path)
  const old = logOf(storage, id)
  const made = await createLog(storage, 't-1')
  await append(storage, batches(made, 'b'))
  expect(old.isLoaded).toBe(false)
  await append(storage, batches(old, 'c'), batches(made, 'd'))
  expect(await valuesOf(old)).toEqual(['a', 'c'])
  expect(await valuesOf(made)).toEqual(['b', 'd'])
})

test('a removed log is gone with its directory after the next checkpoint, and its name is free', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage, 't-0')
  await append(storage, batches(log, 'old'))
  const waiting = expectFailure(reached(log, log.highWatermark), 'UNKNOWN_TOPIC_OR_PARTITION')
  await append(storage, { kind: 'remove', log: log.id })
  await waiting
  expect(storage.log(log.id)).toBeUndefined()
  await expectFailure(append(storage, batches(log, 'x')), 'UNKNOWN_TOPIC_OR_PARTITION')
  const again = await createLog(storage, 't-0')
  expect(again.logEndOffset).toBe(0)
  await append(storage, batches(again, 'new'))
  await storage.checkpoint()
  expect(await valuesOf(again)).toEqual(['new'])
})

test('a log that was removed before a crash is removed after it', async () => {
  await using temporary = await makeTempDirectory()
  const living = join(temporary.path, 'living')
  const storage = await openStore(living)
  const log = await createLog(storage, 't-0')
  await append(storage, batches(log, 'a'))
  await storage.checkpoint()
  await append(storage, { kind: 'remove', log: log.id })
  const killed = join(temporary.path, 'killed')
  await copyAsKilled(living, killed)
  await storage.close()
  await using again = await openStore(killed)
  expect([...again.logs()]).toEqual([])
  expect(await readdir(join(killed, 'topics'))).toEqual([])
})

test('a trim hides records at once, and their segments go with the next checkpoint', async () => {
  await using directory = await makeTempDirectory()
  await using storage = await openStore(directory.path)
  const log = await createLog(storage, 't-0', { segmentBytes: 1_000 })
  for (let index = 0; index < 20; index++) {
    await append(storage, batches(log, `${index}`.padEnd(200)))
  }
  await storage.checkpoint()
  expect(log.segmentCount).toBeGreaterThan(3)
  await append(storage, trim(log, 17))
  expect(log.logStartOffset).toBe(17)
  await expectFailure(log.read(16 as Offset, { maxBytes: 100 }), 'OFFSET_OUT_OF_RANGE')
  expect((await valuesOf(log)).map((value) => value.trimEnd())).toEqual(['17', '18', '19'])
  await storage.checkpoint()
  const names = await readdir(join(directory.path, 'topics', 't-0'))
  expect(names.filter((name) => name.endsWith('.log')).length).toBeLessThanOrEqual(2)
  await append(storage, trim(log, 3))
  expect(log.logStartOffset, 'it never goes down').toBe(17)
  await expectFailure(append(storage, trim(log, 21)), 'OFFSET_OUT_OF_RANGE')
})

test('a log trimmed to its end loses its last segment too, and goes on where it was', async () => {
  await using directory = await makeTempDirectory()
  const storage = await openStore(directory.path)
  const log = await createLog(storage)
  await append(storage, batches(log, 'a', 'b'))
  await storage.checkpoint()
  await append(storage, trim(log, 2))
  await storage.checkpoint()
  const names = await readdir(join(directory.path, 'topics', 't-0'))
  expect(names.filter((name) => name.endsWith('.log'))).toEqual(['00000000000000000002.log'])
  await storage.close()
  await using again = await openStore(directory.path)
  const found = logOf(again, log.id)
  await append(again, batches(found, 'c'))
  expect([found.logStartOffset, await valuesOf(found)]).toEqual([2, ['c']])
})

test('each start has a higher leader epoch, and the first batch of each is noted as Kafka does', async () => {
  await using directory = await makeTempDirectory()
  for (let life = 0; life < 3; life++) {
    await using storage = await openStore(directory.path)
    expect(storage.leaderEpoch).toBe(life)
    const [log = await createLog(storage)] = storage.logs()
    await append(storage, batches(log, 'a', 'b'))
  }
  const path = join(directory.path, 'topics', 't-0', 'leader-epoch-checkpoint')
  expect(await readFile(path, 'utf8')).toBe('0\n3\n0 0\n1 2\n2 4\n')
})

test('a file that belongs to a log must be there at the next start', async () => {
  await using directory = await makeTempDirectory()
  const storage = await openStore(directory.path)
  const log = await createLog(storage)
  const path = join(directory.path, 'topics', 't-0', '7.state')
  await writeFile(path, 'state')
  storage.nameStateFiles(log.id, ['7.state'])
  await storage.close()
  await (await openStore(directory.path)).close()
  await rm(path)
  const error = await expectFailure(openStore(directory.path), 'DATA_DIRECTORY_DAMAGED')
  expect(error.detail).toContain('7.state')
})
