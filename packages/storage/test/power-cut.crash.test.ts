import { CrashingDisk, PowerCutError } from '@millrace/testing/crashing-disk'
import { seededRandom } from '@millrace/testing/seeded-random'
import { expect, test } from 'vitest'
import { StoreHistory } from './store-history.ts'
import { DIRECTORY, live } from './store-lives.ts'

const SEEDS = 60
const LIVES = 5

test('whenever the power goes, also in recovery, what was acknowledged or read is there after it', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    await expect(liveAndCrash(seed), `seed ${seed}`).resolves.toBeUndefined()
  }
})

async function liveAndCrash(seed: number): Promise<void> {
  const random = seededRandom(seed)
  const spoils = (name: string) => name.endsWith('.journal')
  let disk = new CrashingDisk({ seed, directory: DIRECTORY, spoils })
  const history = new StoreHistory()
  for (let life = 0; life < LIVES; life++) {
    disk.cutPowerAtCall(random.below(random.pick([80, 300, 1_500, 6_000])) + 1)
    try {
      const storage = await live(disk, history, random, 100)
      if (random.chance(50)) await storage.close()
    } catch (error) {
      if (!isPowerCut(error)) throw error
    }
    history.noteAcknowledged()
    disk = random.chance(75) ? disk.afterPowerCut() : disk.kill()
  }
  const storage = await live(disk, history, random, 0)
  await storage.close()
}

/** Itself, or what the storage made of it. */
function isPowerCut(error: unknown): boolean {
  if (error instanceof PowerCutError) return true
  return error instanceof Error && error.cause !== undefined && isPowerCut(error.cause)
}
