import { parseBrokerConfig } from '@millrace/broker/config'
import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { parseStorageConfig } from '@millrace/storage/config'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { seededRandom } from '@millrace/testing/seeded-random'
import { withRealIndex } from '../broker-lives/split-disk.ts'
import { isCausedBy } from '../embedded/answer.ts'
import { whileTimePasses } from '../embedded/patience.ts'
import { BrokenPromise } from './call.ts'
import { Churn } from './churn.ts'

/** A share group over some lives of its broker, each but the last ended by a power cut, a kill, or a stop. */
export async function liveAsShareGroup(
  seed: number,
  lives: number,
  directory: string,
): Promise<Churn> {
  const random = seededRandom(seed)
  const clock = new ManualClock()
  const churn = new Churn(clock, random)
  let disk = new CrashingDisk({ seed, directory, spoils: (name) => name.endsWith('.journal') })
  let crashedMs = clock.nowMs()
  for (let life = 0; life <= lives; life++) {
    const isLast = life === lives
    const isCut = !isLast && random.chance(80)
    if (isCut) disk.cutPowerAtCall(random.below(random.pick([300, 1_000, 2_500])) + 100)
    try {
      await live(disk, { directory, clock, churn, crashedMs, isLast })
    } catch (error) {
      if (!isCut || error instanceof BrokenPromise || !isCausedBy(error, 'PowerCutError'))
        throw error
    }
    crashedMs = clock.nowMs()
    disk = random.chance(75) ? disk.afterPowerCut() : disk.kill()
  }
  return churn
}

async function live(
  disk: CrashingDisk,
  parts: {
    readonly directory: string
    readonly clock: ManualClock
    readonly churn: Churn
    readonly crashedMs: number
    readonly isLast: boolean
  },
): Promise<void> {
  const { directory, clock, churn, crashedMs, isLast } = parts
  const split = withRealIndex(disk, directory)
  const opening = EmbeddedBroker.open(split, directory, clock, SMALL)
  const broker = await whileTimePasses(clock, opening)
  try {
    await whileTimePasses(clock, churn.begin(broker, crashedMs))
    for (let action = 0; action < ACTIONS; action++) {
      await whileTimePasses(clock, churn.act(broker))
    }
    if (isLast) await churn.settle(broker)
  } catch (error) {
    await Promise.allSettled([whileTimePasses(clock, broker.close())])
    throw error
  }
  await whileTimePasses(clock, broker.close())
}

const ACTIONS = 150

const SMALL = {
  broker: parseBrokerConfig({}),
  storage: parseStorageConfig({
    journalSlotBytes: 512 * 1024,
    journalSlotsMax: 4,
    reserveBytes: 0,
    minFreeBytes: 0,
  }),
}
