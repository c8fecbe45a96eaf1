import { FaultyDisk } from '@millrace/testing/faulty-disk'
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

test('one seed is one run: the same calls of the disk, in the same order, each with as much', async () => {
  const callsOf = async (seed: number) => {
    const calls: string[] = []
    await liveThroughPowerCuts(seed, LIVES, (disk) => {
      return new FaultyDisk(disk, ({ operation, path, position, bytes }) => {
        calls.push(`${operation} ${path} ${position} ${bytes}`)
        return undefined
      })
    })
    return calls
  }
  for (let seed = 1; seed <= 5; seed++) {
    const calls = await callsOf(seed)
    expect(calls.length).toBeGreaterThan(100)
    expect(await callsOf(seed), `seed ${seed}`).toEqual(calls)
  }
})
