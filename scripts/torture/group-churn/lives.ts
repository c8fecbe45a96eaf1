import { parseBrokerConfig } from '@millrace/broker/config'
import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { parseStorageConfig } from '@millrace/storage/config'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { seededRandom } from '@millrace/testing/seeded-random'
import { withRealIndex } from '../broker-lives/split-disk.ts'
import { isCausedBy } from '../embedded/answer.ts'
import { whileTimePasses } from '../embedded/patience.ts'
import { Churn, HEARTBEAT_MS, SESSION_MS } from './churn.ts'

/** A group over some lives of its broker, each but the last ended by a power cut or a kill at some call. */
export async function liveAsGroup(seed: number, lives: number, directory: string): Promise<Churn> {
  const random = seededRandom(seed)
  const clock = new ManualClock()
  const churn = new Churn(clock, random)
  let disk = new CrashingDisk({ seed, directory, spoils: (name) => name.endsWith('.journal') })
  for (let life = 0; life <= lives; life++) {
    const isLast = life === lives
    if (!isLast) disk.cutPowerAtCall(random.below(random.pick([300, 1_500, 6_000])) + 100)
    try {
      await live(disk, { directory, clock, churn })
    } catch (error) {
      if (isLast || !isCausedBy(error, 'PowerCutError')) throw error
    }
    disk = random.chance(75) ? disk.afterPowerCut() : disk.kill()
  }
  return churn
}

async function live(
  disk: CrashingDisk,
  parts: { readonly directory: string; readonly clock: ManualClock; readonly churn: Churn },
): Promise<void> {
  const { directory, clock, churn } = parts
  const split = withRealIndex(disk, directory)
  const opening = EmbeddedBroker.open(split, directory, clock, SMALL)
  const broker = await whileTimePasses(clock, opening)
  try {
    await whileTimePasses(clock, broker.createTopic('t', {}))
    for (let action = 0; action < ACTIONS; action++) {
      await whileTimePasses(clock, churn.act(broker))
    }
    await churn.settle(broker)
  } catch (error) {
    await Promise.allSettled([whileTimePasses(clock, broker.close())])
    throw error
  }
  await whileTimePasses(clock, broker.close())
}

const ACTIONS = 150

const SMALL = {
  broker: parseBrokerConfig({
    defaultPartitions: 3,
    groupSessionTimeoutMs: SESSION_MS,
    groupHeartbeatIntervalMs: HEARTBEAT_MS,
  }),
  storage: parseStorageConfig({
    journalSlotBytes: 128 * 1024,
    journalSlotsMax: 4,
    reserveBytes: 0,
    minFreeBytes: 0,
  }),
}
