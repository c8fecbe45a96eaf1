import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { FaultyDisk } from '@millrace/testing/faulty-disk'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { applyRepair, planRepair } from '../src/repair.ts'
import {
  append,
  batches,
  copyAsKilled,
  createLog,
  expectFailure,
  openStore,
  valuesOf,
} from './open-store.ts'

/** Four fill a slot. */
const VALUE = 'x'.repeat(60_000)
const APPENDS = 14

/** Killed with `APPENDS` records, which only the journal has: in slots 0 to 3, of which the checkpoint names two. */
async function killWithoutSegments(directory: string): Promise<string> {
  const allowed = Promise.withResolvers<void>()
  const disk = new FaultyDisk(NODE_DISK, ({ operation, path }) =>
    operation === 'write' && path.endsWith('.log')
      ? { kind: 'hold', until: allowed.promise }
      : undefined,
  )
  const storage = await openStore(join(directory, 'living'), { disk })
  const log = await createLog(storage)
  for (let index = 0; index < APPENDS; index++) await append(storage, batches(log, VALUE))
  const killed = join(directory, 'killed')
  await copyAsKilled(storage.directory, killed)
  allowed.resolve()
  await storage.close()
  return killed
}

test.each([0, 1, 2])(
  'a store without slot %i of its journal is not opened; repair keeps what the other slots have',
  async (slot) => {
    await using temporary = await makeTempDirectory()
    const directory = await killWithoutSegments(temporary.path)
    await rm(join(directory, 'journal', `${slot}.journal`))
    const error = await expectFailure(openStore(directory), 'DATA_DIRECTORY_DAMAGED')
    expect(error.detail).toContain(`${slot}.journal`)
    const plan = await planRepair(NODE_DISK, directory)
    await applyRepair(NODE_DISK, plan)
    const lost = plan.partitions.flatMap((each) => each.lost)
    const lostCount = lost.reduce((sum, { from, to }) => sum + to - from + 1, 0)
    expect(lostCount).toBeLessThanOrEqual(4)
    await using again = await openStore(directory)
    const [log] = again.logs()
    expect(log?.logEndOffset).toBe(APPENDS)
    expect(await valuesOf(log!)).toHaveLength(APPENDS - lostCount)
  },
)
