import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { applyRepair, planRepair } from '../src/repair.ts'
import { append, batches, copyAsKilled, createLog, openStore, valuesOf } from './open-store.ts'

/** The journal lacks `c`, and the segment of `t-0` its first batch. */
async function makeDamaged(living: string, directory: string): Promise<void> {
  const storage = await openStore(living)
  const [one, other] = [await createLog(storage, 't-0'), await createLog(storage, 't-1')]
  await append(storage, batches(one, 'a'), batches(other, 'a'))
  await storage.checkpoint()
  for (const value of ['b', 'c', 'd']) {
    await append(storage, batches(one, value), batches(other, value))
  }
  await copyAsKilled(living, directory)
  await storage.close()
  const checkpoint = await readFile(join(directory, 'checkpoint'), 'utf8')
  const position = Number(/"position":(\d+)/.exec(checkpoint)?.[1])
  await turnByte(join(directory, 'journal', '0.journal'), position + 4096 + 70)
  await turnByte(join(directory, 'topics', 't-0', '00000000000000000000.log'), 65)
}

async function turnByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at] = (bytes[at] ?? 0) ^ 0xff
  await writeFile(path, bytes)
}

const CHANGING = new Set(['write', 'sync', 'rename', 'unlink', 'makeDirectory', 'syncDirectory'])

/** Repairs until the disk fails at the call of that number which changes something. */
async function repairUntil(directory: string, failing: number): Promise<'cut short' | 'done'> {
  const plan = await planRepair(NODE_DISK, directory)
  let changes = 0
  const disk = new FaultyDisk(NODE_DISK, ({ operation }) => {
    if (CHANGING.has(operation)) changes++
    return changes >= failing ? { kind: 'error', code: 'EIO' } : undefined
  })
  try {
    await applyRepair(disk, plan)
    return 'done'
  } catch (error) {
    expect(error).toMatchObject({ code: 'EIO' })
    return 'cut short'
  }
}

async function topicsOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const topics = join(directory, 'topics')
  for (const entry of await readdir(topics, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) found.set(path.slice(topics.length), await readFile(path, 'latin1'))
  }
  return found
}

test('cut short at any of its calls, a repair that is done again ends the same', async () => {
  await using temporary = await makeTempDirectory()
  const damaged = join(temporary.path, 'damaged')
  await makeDamaged(join(temporary.path, 'living'), damaged)
  const whole = join(temporary.path, 'whole')
  await copyAsKilled(damaged, whole)
  await applyRepair(NODE_DISK, await planRepair(NODE_DISK, whole))
  const wanted = await topicsOf(whole)
  let cuts = 0
  for (let failing = 1; ; failing++) {
    const directory = join(temporary.path, `cut-${failing}`)
    await copyAsKilled(damaged, directory)
    const outcome = await repairUntil(directory, failing)
    await applyRepair(NODE_DISK, await planRepair(NODE_DISK, directory))
    expect(await topicsOf(directory), `call ${failing}`).toEqual(wanted)
    if (outcome === 'done') break
    cuts++
  }
  expect(cuts).toBeGreaterThan(15)
  await using storage = await openStore(whole)
  const values = await Promise.all([...storage.logs()].map((log) => valuesOf(log)))
  expect(values).toEqual([
    ['b', 'd'],
    ['a', 'b', 'd'],
  ])
})
