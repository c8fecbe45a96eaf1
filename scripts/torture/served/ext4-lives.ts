/**
 * A program for a mount namespace of its own: `ext4-lives.ts <seed> <directory> store|canary`. Lets a server live on an
 * ext4 volume whose power is cut after each kill, and says on standard output what that came to, or what is wrong.
 */
import { dirname, join } from 'node:path'
import { drawLifePlan, LONG_LIFE } from './life-plan.ts'
import { Ext4Volume } from './ext4-volume.ts'
import { type Ext4Outcome, POWER_CUTS } from './ext4-case.ts'
import { liveThroughKills } from './lives.ts'

const [seed = '', directory = '', kind = ''] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await tryLives()))

async function tryLives(): Promise<Ext4Outcome> {
  await using volume = await Ext4Volume.make(directory)
  const isCanary = kind === 'canary'
  try {
    const counts = await liveThroughKills(Number(seed), POWER_CUTS, {
      directory: join(volume.path, 'store'),
      compileCache: join(dirname(directory), 'compile-cache'),
      // What the first life synced is there later, so that what is lost is records, and not the store.
      syncedLives: isCanary ? 1 : Infinity,
      drawPlan: isCanary ? () => LONG_LIFE : drawLifePlan,
      afterKill: () => volume.cutPower(),
    })
    return { counts }
  } catch (error) {
    return { wrong: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
