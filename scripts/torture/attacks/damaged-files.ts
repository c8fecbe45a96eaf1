import { seededRandom } from '@millrace/testing/seeded-random'
import type { Attack } from '../attack.ts'
import { expectSound } from '../damage/expect-sound.ts'
import type { Harm } from '../damage/harm.ts'
import { harmAtRandom } from '../damage/random-harm.ts'
import { makeSampleStore } from '../damage/sample-store.ts'

/** Of one store: making it takes longer than harming it. */
const DAMAGES = 20

export const damagedFiles: Attack = {
  name: 'damaged-files',
  about:
    'A larger store, compressed batches and sealed segments included, after random bits were flipped, or a file was cut, ' +
    'emptied, removed, overwritten or added. No wrong byte is served, nothing is deleted, what is not damaged stays ' +
    'readable, and nothing is missing without a word; but for what nothing in the format tells: a sound batch written in the ' +
    'place of another, a last entry of which not even the first bytes are left.',
  cases: `stores, each damaged in ${DAMAGES} ways`,
  target: 50_000 / DAMAGES,
  share: 20,
  async tryCase(seed) {
    const random = seededRandom(seed)
    const store = await makeSampleStore(
      {
        logs: 1 + random.below(3),
        settledAppends: random.below(30),
        replayedAppends: random.below(6),
        segmentBytes: random.pick([300, 1_000, 10_000]),
        valueBytesMax: random.pick([20, 200, 2_000]),
      },
      random,
    )
    const counts: Record<string, number> = {}
    for (let count = 0; count < DAMAGES; count++) {
      const { harms, tree } = harmAtRandom(store.tree, random)
      const outcome = await told(harms, expectSound(store, tree, harms))
      counts[outcome] = (counts[outcome] ?? 0) + 1
    }
    return counts
  },
}

/** With what was done to it, should it end badly. */
async function told<T>(harms: readonly Harm[], work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new Error(`After ${JSON.stringify(harms)}:`, { cause })
  }
}
