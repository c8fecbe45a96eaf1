import { expect, test } from 'vitest'
import { liveThroughPowerCuts } from './power-cuts.ts'

const SEEDS = 60
const LIVES = 5

test('whenever the power goes, also in recovery, what was acknowledged or read is there after it', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const history = await liveThroughPowerCuts(seed, LIVES).catch((cause: unknown) => {
      throw new Error(`seed ${seed}`, { cause })
    })
    expect(history.acknowledgedRecords, `seed ${seed}`).toBeGreaterThan(0)
  }
})
