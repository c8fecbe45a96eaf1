import type { Disk } from '@millrace/disk/disk'
import { CrashingDisk, PowerCutError } from '@millrace/testing/crashing-disk'
import { seededRandom } from '@millrace/testing/seeded-random'
import { StoreHistory } from './store-history.ts'
import { DIRECTORY, live } from './store-lives.ts'

/**
 * Some lives of one store, each ended by a power cut or a kill at some call, also of recovery; then a last one that is
 * not. Throws what the history finds wrong. The same seed is the same lives, call for call: `watched` may look at each.
 */
export async function liveThroughPowerCuts(
  seed: number,
  lives: number,
  watched: (disk: Disk) => Disk = (disk) => disk,
): Promise<StoreHistory> {
  const random = seededRandom(seed)
  const spoils = (name: string) => name.endsWith('.journal')
  let disk = new CrashingDisk({ seed, directory: DIRECTORY, spoils })
  const history = new StoreHistory()
  for (let life = 0; life < lives; life++) {
    disk.cutPowerAtCall(random.below(random.pick([80, 300, 1_500, 6_000])) + 1)
    try {
      const storage = await live(watched(disk), history, random, 100)
      if (random.chance(50)) await storage.close()
    } catch (error) {
      if (!isPowerCut(error)) throw error
    }
    history.noteAcknowledged()
    disk = random.chance(75) ? disk.afterPowerCut() : disk.kill()
  }
  const storage = await live(watched(disk), history, random, 0)
  await storage.close()
  return history
}

/** Itself, or what the storage made of it. */
function isPowerCut(error: unknown): boolean {
  if (error instanceof PowerCutError) return true
  return error instanceof Error && error.cause !== undefined && isPowerCut(error.cause)
}
