import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { LogId } from '@millrace/log/log'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { describe, expect, test } from 'vitest'
import type { Change } from '../src/change.ts'
import { append, createLog, expectFailure, logOf, openStore } from './open-store.ts'

/** A batch of one record at this time. */
function timed(log: LogId, timestamp: number): Change {
  const record = { key: null, value: Buffer.alloc(600), headers: [], timestamp }
  return { kind: 'batches', log, bytes: encodeBatch({ records: [record] }) }
}

/** Flips a bit near the end of the segment's last batch. */
async function harmEnd(directory: string, segment: number): Promise<void> {
  const name = `${String(segment).padStart(20, '0')}.log`
  const path = join(directory, 'topics', 't-0', name)
  const bytes = await readFile(path)
  const at = bytes.length - 5
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  await writeFile(path, bytes)
}

/** Two batches to a segment; the last of segment `damaged` is damaged. */
async function storeWithDamage(directory: string, times: readonly number[], damaged: number) {
  const storage = await openStore(directory)
  const { id } = await createLog(storage, 't-0', { segmentBytes: 1_500 })
  for (const timestamp of times) await append(storage, timed(id, timestamp))
  await storage.close()
  await harmEnd(directory, damaged)
  const again = await openStore(directory)
  return { storage: again, log: logOf(again, id) }
}

test('a segment that is gone is not searched past without a word', async () => {
  await using directory = await makeTempDirectory()
  const storage = await openStore(directory.path)
  const { id } = await createLog(storage, 't-0', { segmentBytes: 1_500 })
  for (const timestamp of [1_000, 2_000, 3_000, 4_000, 5_000]) {
    await append(storage, timed(id, timestamp))
  }
  await storage.close()
  await rm(join(directory.path, 'topics', 't-0', `${'0'.repeat(19)}2.log`))
  await using again = await openStore(directory.path)
  const log = logOf(again, id)
  expect(await log.offsetForTimestamp(2_000)).toBe(1)
  const error = await expectFailure(log.offsetForTimestamp(3_000), 'CORRUPT_SEGMENT')
  expect(error.fields).toEqual({ damagedFrom: 3, nextReadableOffset: 4 })
})

describe('when the last batch of a segment is damaged', () => {
  const TIMES = [1_000, 2_000, 3_000, 4_000]

  test('a time that may be in it is not answered with a later record', async () => {
    await using directory = await makeTempDirectory()
    const { log, storage } = await storeWithDamage(directory.path, TIMES, 0)
    await using _ = storage
    for (const timestamp of [1_500, 2_000, 2_500, 3_000]) {
      const error = await expectFailure(log.offsetForTimestamp(timestamp), 'CORRUPT_SEGMENT')
      expect(error.fields).toEqual({ damagedFrom: 1, nextReadableOffset: 2 })
    }
  })

  test('times before it and after the next batch are found', async () => {
    await using directory = await makeTempDirectory()
    const { log, storage } = await storeWithDamage(directory.path, TIMES, 0)
    await using _ = storage
    expect(await log.offsetForTimestamp(1_000)).toBe(0)
    expect(await log.offsetForTimestamp(3_500)).toBe(3)
    expect(await log.offsetForTimestamp(4_500)).toBeUndefined()
  })

  test('and of the log, it is not taken for the end until more was appended', async () => {
    await using directory = await makeTempDirectory()
    const { log, storage } = await storeWithDamage(directory.path, TIMES, 2)
    await using _ = storage
    await expectFailure(log.offsetForTimestamp(9_000), 'CORRUPT_SEGMENT')
    await append(storage, timed(log.id, 5_000), timed(log.id, 6_000))
    await expectFailure(log.offsetForTimestamp(4_000), 'CORRUPT_SEGMENT')
    expect(await log.offsetForTimestamp(6_000)).toBe(5)
    expect(await log.offsetForTimestamp(9_000)).toBeUndefined()
  })
})
