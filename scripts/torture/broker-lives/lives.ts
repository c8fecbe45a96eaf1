import { parseBrokerConfig } from '@millrace/broker/config'
import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { LOG_CONFIG_DEFAULTS } from '@millrace/log/config'
import { parseStorageConfig } from '@millrace/storage/config'
import { CrashingDisk } from '@millrace/testing/crashing-disk'
import { ManualClock } from '@millrace/testing/manual-clock'
import { type SeededRandom, seededRandom } from '@millrace/testing/seeded-random'
import { isCausedBy } from '../embedded/answer.ts'
import { NotedBroker } from '../embedded/noted-broker.ts'
import { whileTimePasses } from '../embedded/patience.ts'
import { IndexFate } from './index-fate.ts'
import { GROUPS, Life } from './life.ts'
import { lookAtAll } from './look-at-all.ts'
import { Memory } from './memory.ts'
import { withRealIndex } from './split-disk.ts'

/**
 * Some lives of one broker, each ended by a power cut or a kill at some call, also of recovery; then a last one that
 * is not. Throws what clients find wrong.
 */
export async function liveAsBroker(
  seed: number,
  lives: number,
  directory: string,
): Promise<Memory> {
  const random = seededRandom(seed)
  const spoils = (name: string) => name.endsWith('.journal')
  let disk = new CrashingDisk({ seed, directory, spoils })
  const fate = new IndexFate(directory, random)
  const memory = new Memory()
  const clock = new ManualClock()
  for (let life = 0; life <= lives; life++) {
    const isLast = life === lives
    if (!isLast) disk.cutPowerAtCall(random.below(random.pick([80, 300, 1_500, 4_000])) + 1)
    try {
      await live(disk, { directory, memory, clock, random, actions: isLast ? 0 : ACTIONS })
    } catch (error) {
      if (isLast || !isCausedBy(error, 'PowerCutError')) throw error
    }
    memory.endLife()
    disk = random.chance(75) ? disk.afterPowerCut() : disk.kill()
    await fate.strike()
    clock.advance(1_000)
  }
  memory.notes.expectSound()
  return memory
}

interface LifeParts {
  readonly directory: string
  readonly memory: Memory
  readonly clock: ManualClock
  readonly random: SeededRandom
  readonly actions: number
}

async function live(disk: CrashingDisk, parts: LifeParts): Promise<void> {
  const { actions, clock, directory, memory, random } = parts
  const split = withRealIndex(disk, directory)
  const opening = EmbeddedBroker.open(split, directory, clock, SMALL)
  const broker = await whileTimePasses(clock, opening)
  const told = new NotedBroker(broker, memory.notes)
  const life = new Life(told, clock, memory, random)
  try {
    await whileTimePasses(clock, lookAtAll(told, memory.topics, GROUPS))
    for (let action = 0; action < actions; action++) await whileTimePasses(clock, life.act())
    await whileTimePasses(clock, life.settle())
  } catch (error) {
    await Promise.allSettled([whileTimePasses(clock, broker.close())])
    await Promise.allSettled([life.settle()])
    throw error
  }
  await whileTimePasses(clock, broker.close())
}

const ACTIONS = 100

/** Everything small, so that few appends make slots turn, segments roll and checkpoints come. */
const SMALL = {
  broker: {
    ...parseBrokerConfig({}),
    topicDefaults: { ...LOG_CONFIG_DEFAULTS, segmentBytes: 3_000, indexIntervalBytes: 200 },
  },
  storage: parseStorageConfig({
    journalSlotBytes: 128 * 1024,
    journalSlotsMax: 4,
    reserveBytes: 0,
    minFreeBytes: 0,
  }),
}
