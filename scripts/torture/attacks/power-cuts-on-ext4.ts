import type { Attack, Counts } from '../attack.ts'
import { POWER_CUTS, runOnExt4 } from '../served/ext4-case.ts'
import { obstacleToVolumes } from '../served/ext4-volume.ts'

/** Every so many cases one is a canary. */
const CANARY_EVERY = 5

export const powerCutsOnExt4: Attack = {
  name: 'power-cuts-on-ext4',
  about:
    'The same server, clients and kills on ext4 on a loop device; after each kill the file system is shut down without writing ' +
    'anything back (`xfs_io -x -c shutdown`), as by a power cut, and mounted again. The same must hold. ' +
    `Every ${CANARY_EVERY}th case is a canary: from its second life on no sync reaches the disk, and it must lose what it acknowledged, ` +
    'or the attack could not see a loss.',
  cases: `file systems whose power was cut ${POWER_CUTS} times`,
  target: (500 / POWER_CUTS) * (CANARY_EVERY / (CANARY_EVERY - 1)),
  share: 1,
  obstacle: obstacleToVolumes,
  async tryCase(seed, directory) {
    if (seed % CANARY_EVERY === 0) return tryCanary(seed, directory)
    const { counts = {}, wrong } = await runOnExt4(seed, directory, 'store')
    if (wrong !== undefined) throw new Error(wrong)
    return { 'power cuts': POWER_CUTS, ...counts }
  },
}

async function tryCanary(seed: number, directory: string): Promise<Counts> {
  const { wrong } = await runOnExt4(seed, directory, 'canary')
  if (wrong === undefined) {
    throw new Error('The canary lost nothing: without a sync data must be gone after a power cut.')
  }
  if (!LOSS.test(wrong)) throw new Error(`The canary did not fail by a loss: ${wrong}`)
  return { 'canaries that lost data, as they must': 1 }
}

/** What a store says, or a history shows, whose acknowledged bytes are gone. */
const LOSS = /lost-write|unseen|dirty-read|offset-reuse|gone-back|is gone|is damaged/
