import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { seededRandom } from '@millrace/testing/seeded-random'
import { expect, test } from 'vitest'
import { Storage } from '../src/storage.ts'
import { batchOf } from './open-store.ts'
import { StoreHistory } from './store-history.ts'
import { DIRECTORY, live, SMALL_STORE } from './store-lives.ts'

const SEEDS = 1

test('a recovery that is cut short at any call is begun again, and ends the same', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const calls = await recoveryCalls(seed)
    expect(calls).toBeGreaterThan(20)
    for (let call = 1; call <= calls; call++) {
      const { disk, history } = await killedStore(seed)
      disk.cutPowerAtCall(call)
      await expect(open(disk), `seed ${seed}, call ${call}`).rejects.toThrow()
      const found = await open(disk.afterPowerCut())
      await history.check(found)
      await found.close()
    }
  }
})

/** The same store at every call: killed with entries after its checkpoint, the last one written and not synced. */
async function killedStore(seed: number): Promise<{ disk: CrashingDisk; history: StoreHistory }> {
  const disk = new CrashingDisk({ seed, directory: DIRECTORY })
  const history = new StoreHistory()
  const storage = await live(disk, history, seededRandom(seed), 25)
  await storage.checkpoint()
  for (let count = 0; count < 3; count++) await appendToAll(storage, history)
  disk.cutPowerAtCall(disk.calls + 2)
  await appendToAll(storage, history).catch(() => undefined)
  history.noteAcknowledged()
  return { disk: disk.kill(), history }
}

function appendToAll(storage: Storage, history: StoreHistory): Promise<void> {
  const batches = history.logs.map((log) => ({ log, values: [history.nextValue()] }))
  const changes = batches.map(({ log, values }) => {
    return { kind: 'batches', log, bytes: batchOf(values) } as const
  })
  return history.append(batches, storage.append(changes))
}

async function recoveryCalls(seed: number): Promise<number> {
  const { disk } = await killedStore(seed)
  const before = disk.calls
  const storage = await open(disk)
  const calls = disk.calls - before
  await storage.close()
  return calls
}

function open(disk: CrashingDisk): Promise<Storage> {
  return Storage.openAlone(disk, DIRECTORY, new ManualClock(), SMALL_STORE)
}
