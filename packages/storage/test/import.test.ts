import { randomUUID } from 'node:crypto'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { type ImportPlan, planImport } from '@millrace/log/import-plan'
import type { Offset } from '@millrace/model/offset'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import type { LogToImport } from '../src/import.ts'
import {
  append,
  batches,
  copyAsKilled,
  createLog,
  expectFailure,
  logOf,
  openStore,
  recordsOf,
  valuesOf,
} from './open-store.ts'

/** Partition directories that Kafka's own code wrote. */
const CLEAN = golden('partition-clean/g-0')
const COMPACTED = golden('compaction-after-pass1/c-0')

function golden(name: string): string {
  return fileURLToPath(new URL(`../../log/test/fixtures/${name}`, import.meta.url))
}

async function planOf(source: string): Promise<ImportPlan> {
  for await (const event of planImport(NODE_DISK, source)) if (event.kind === 'plan') return event
  throw new Error('There is no plan.')
}

async function toImport(source: string, directory = 'g-0'): Promise<LogToImport> {
  const plan = await planOf(source)
  const config = { ...LOG_CONFIG_DEFAULTS, indexIntervalBytes: 150 }
  return { source, plan, directory, topicId: 'AAAAAAAAAAAAAAAAAAAAAA', config }
}

test('a partition of Kafka’s is brought in with its offsets, read, appended to, and there after a crash', async () => {
  await using temporary = await makeTempDirectory()
  const living = join(temporary.path, 'living')
  const storage = await openStore(living)
  const { id, setAside } = await storage.importLog(await toImport(CLEAN), {
    openTransactions: 'keep',
  })
  expect(setAside).toEqual([])
  const log = logOf(storage, id)
  const plan = await planOf(CLEAN)
  expect([log.logStartOffset, log.logEndOffset]).toEqual([plan.logStartOffset, plan.logEndOffset])
  const values = await valuesOf(log)
  expect(values.length).toBeGreaterThan(20)
  const [outcome] = await append(storage, batches(log, 'one more'))
  expect(outcome?.baseOffset).toBe(plan.logEndOffset)
  const killed = join(temporary.path, 'killed')
  await copyAsKilled(living, killed)
  await storage.close()
  for (const path of [living, killed]) {
    await using again = await openStore(path)
    expect(await valuesOf(logOf(again, id)), path).toEqual([...values, 'one more'])
  }
})

test('the indexes of a partition that is brought in are those that Kafka made', async () => {
  await using temporary = await makeTempDirectory()
  await using storage = await openStore(temporary.path)
  await storage.importLog(await toImport(CLEAN), { openTransactions: 'keep' })
  const imported = join(temporary.path, 'topics', 'g-0')
  for (const name of await readdir(CLEAN)) {
    if (!/\.(log|index|timeindex|txnindex)$/.test(name)) continue
    expect(await readFile(join(imported, name)), name).toEqual(await readFile(join(CLEAN, name)))
  }
})

test('records of aborted transactions, and control records, are left out', async () => {
  await using temporary = await makeTempDirectory()
  await using storage = await openStore(temporary.path)
  const { id } = await storage.importLog(await toImport(CLEAN), { openTransactions: 'keep' })
  const log = logOf(storage, id)
  const { pieces } = await log.read(log.logStartOffset, { maxBytes: 1_000_000 })
  const offsets = new Set(pieces.flatMap(recordsOf).map(({ offset }) => offset))
  const path = join(CLEAN, '00000000000000000016.txnindex')
  const aborted = await readFile(path)
  const [first, last] = [Number(aborted.readBigInt64BE(10)), Number(aborted.readBigInt64BE(18))]
  expect(offsets.has(first as Offset), `the aborted record ${first}`).toBe(false)
  expect(offsets.has(last as Offset), `the abort marker ${last}`).toBe(false)
  expect(offsets.has((first - 1) as Offset)).toBe(true)
})

test('an index of aborted transactions that is gone is made again, so that none of their records is read', async () => {
  await using temporary = await makeTempDirectory()
  const source = join(temporary.path, 'g-0')
  await cp(CLEAN, source, { recursive: true })
  await rm(join(source, '00000000000000000016.txnindex'))
  await using storage = await openStore(join(temporary.path, 'data'))
  const whole = await storage.importLog(await toImport(CLEAN), { openTransactions: 'keep' })
  const mended = await storage.importLog(await toImport(source, 'g-1'), {
    openTransactions: 'keep',
  })
  const [one, other] = [logOf(storage, whole.id), logOf(storage, mended.id)]
  expect(await valuesOf(other)).toEqual(await valuesOf(one))
})

test('a compacted partition keeps its gaps, and is read across them from any offset', async () => {
  await using temporary = await makeTempDirectory()
  await using storage = await openStore(temporary.path)
  const { id } = await storage.importLog(await toImport(COMPACTED, 'c-0'), {
    openTransactions: 'refuse',
  })
  const log = logOf(storage, id)
  expect(log.gaps).toBe(true)
  const all = await valuesOf(log)
  expect(all.length).toBeLessThan(log.logEndOffset - log.logStartOffset)
  for (let from = log.logStartOffset; from < log.logEndOffset; from++) {
    const values = await valuesOf(log, from)
    expect(values, `from ${from}`).toEqual(all.slice(all.length - values.length))
  }
})

test('bytes that are not sound are set aside, and what follows them is brought in', async () => {
  await using temporary = await makeTempDirectory()
  const source = join(temporary.path, 'g-0')
  await cp(CLEAN, source, { recursive: true })
  const path = join(source, '00000000000000000000.log')
  const bytes = await readFile(path)
  bytes[80] = (bytes[80] ?? 0) ^ 0xff
  await writeFile(path, bytes)
  await using storage = await openStore(join(temporary.path, 'data'))
  const { id, setAside } = await storage.importLog(await toImport(source), {
    openTransactions: 'keep',
  })
  const [kept = ''] = setAside
  const [from = 0, to = 0] = (/-(\d+)-(\d+)$/.exec(kept) ?? []).slice(1).map(Number)
  expect(from <= 80 && 80 < to).toBe(true)
  expect(await readFile(kept)).toEqual(bytes.subarray(from, to))
  const log = logOf(storage, id)
  expect(log.logEndOffset).toBe((await planOf(CLEAN)).logEndOffset)
  expect((await valuesOf(log)).length).toBeGreaterThan(10)
})

test('leader epochs and producer ids go on above those that were brought in, also after a restart', async () => {
  await using temporary = await makeTempDirectory()
  const plan = await planOf(CLEAN)
  const storage = await openStore(temporary.path)
  await storage.importLog(await toImport(CLEAN), { openTransactions: 'keep' })
  expect(storage.leaderEpoch).toBeGreaterThan(plan.highestLeaderEpoch)
  expect(storage.highestProducerId).toBe(plan.highestProducerId)
  await storage.close()
  await using again = await openStore(temporary.path)
  expect(again.leaderEpoch).toBeGreaterThan(plan.highestLeaderEpoch)
  expect(again.highestProducerId).toBe(plan.highestProducerId)
})

test('a name that is taken is refused, and so is an open transaction that nobody spoke of', async () => {
  await using temporary = await makeTempDirectory()
  await using storage = await openStore(temporary.path)
  const log = await toImport(CLEAN)
  const openTransactions = [{ producerId: 1, firstOffset: 3 as Offset }]
  const open = { ...log, plan: { ...log.plan, openTransactions } }
  const refused = storage.importLog(open, { openTransactions: 'refuse' })
  await expectFailure(refused, 'INVALID_REQUEST')
  await storage.importLog(open, { openTransactions: 'keep' })
  await expectFailure(storage.importLog(log, { openTransactions: 'keep' }), 'TOPIC_EXISTS')
})

test('a partition of an internal topic is refused: its records speak of other logs', async () => {
  await using temporary = await makeTempDirectory()
  await using storage = await openStore(temporary.path)
  const log = await toImport(CLEAN, '__topics-0')
  await expectFailure(storage.importLog(log, { openTransactions: 'keep' }), 'INVALID_TOPIC')
  await storage.importLog({ ...log, directory: 'topics-0' }, { openTransactions: 'keep' })
})

test('a store without its checkpoint tells of the import, and that has what its segments had', async () => {
  await using temporary = await makeTempDirectory()
  const [lost, anew] = [join(temporary.path, 'lost'), join(temporary.path, 'anew')]
  const before = await openStore(lost)
  const log = await createLog(before, 't-0')
  await append(before, batches(log, 'a', 'b'))
  await before.close()
  await rm(join(lost, 'checkpoint'))
  const { detail } = await expectFailure(openStore(lost), 'DATA_DIRECTORY_DAMAGED')
  expect(detail).toContain('log import')
  expect(detail).not.toContain('log repair')
  await using storage = await openStore(anew)
  const { id } = await storage.importLog(await toImport(join(lost, 'topics', 't-0'), 't-0'), {
    openTransactions: 'refuse',
  })
  expect(await valuesOf(logOf(storage, id))).toEqual(['a', 'b'])
})

test('a store without its format.json opens with the one that the message tells of', async () => {
  await using temporary = await makeTempDirectory()
  const before = await openStore(temporary.path)
  const { id } = await createLog(before, 't-0')
  await append(before, batches(logOf(before, id), 'a'))
  await before.close()
  const path = join(temporary.path, 'format.json')
  for (const lose of [() => rm(path), () => writeFile(path, '{')]) {
    await lose()
    const { detail } = await expectFailure(openStore(temporary.path), 'DATA_DIRECTORY_DAMAGED')
    const [format = ''] = /\{.*\}/.exec(detail) ?? []
    await writeFile(path, format.replace('<any UUID>', randomUUID()))
    await using storage = await openStore(temporary.path)
    expect(await valuesOf(logOf(storage, id))).toEqual(['a'])
  }
})
