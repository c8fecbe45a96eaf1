import { parseBrokerConfig } from '@millrace/broker/config'
import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { NODE_DISK } from '@millrace/disk/node-disk'
import { toOffset } from '@millrace/model/offset'
import { parseStorageConfig } from '@millrace/storage/config'
import type { SeededRandom } from '@millrace/testing/seeded-random'

/** What the index of a data directory is made from, as text that can be compared. */
export type BrokerState = Readonly<Record<string, string>>

export function openStateBroker(directory: string): Promise<EmbeddedBroker> {
  const storage = { journalSlotBytes: 256 * 1024, reserveBytes: 0, minFreeBytes: 0 }
  const config = { broker: parseBrokerConfig({}), storage: parseStorageConfig(storage) }
  return EmbeddedBroker.open(NODE_DISK, directory, SYSTEM_CLOCK, config)
}

/** Topics, with records in the first. */
export async function fillBroker(broker: EmbeddedBroker, topics: number): Promise<void> {
  for (let count = 0; count < topics; count++) {
    const config = { retentionMs: 1_000_000_000 + count }
    await broker.createTopic(`t-${count}`, { partitions: PARTITIONS, config })
    if (count > 0) continue
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await broker.produceRecords(`t-${count}`, recordsOf(partition), {})
    }
  }
}

/** Commits for some groups; a few groups go. */
export async function commitAtRandom(
  broker: EmbeddedBroker,
  random: SeededRandom,
  commits: number,
): Promise<void> {
  for (let count = 0, under: Promise<unknown>[] = []; count < commits; count++) {
    const group = `group-${random.below(GROUPS)}`
    const partition = random.below(PARTITIONS)
    const offset = toOffset(random.below(RECORDS + 1)) ?? raise('no offset')
    const metadata = 'm'.repeat(random.pick([0, 0, 10, 300]))
    under.push(broker.commitOffsets(group, [{ topic: 't-0', partition, offset, metadata }]))
    if (under.length < AT_ONCE && count + 1 < commits) continue
    await Promise.all(under.splice(0))
    if (random.chance(50)) await broker.deleteGroup(group)
  }
}

export async function stateOf(broker: EmbeddedBroker): Promise<BrokerState> {
  const state: Record<string, string> = {}
  for (const { id, name } of (await broker.listTopics({ limit: 1_000 })).topics) {
    const { config, partitions } = await broker.describeTopic(name)
    state[name] = JSON.stringify({ id, config, partitions: partitions.length })
  }
  const { groups } = await broker.listGroups({ limit: 1_000 })
  for (const { group } of groups) state[`listed ${group}`] = ''
  for (let count = 0; count < GROUPS; count++) {
    const committed = await broker.committedOffsets(`group-${count}`, {})
    if (committed.length === 0) continue
    state[`group-${count}`] = JSON.stringify(
      committed.map(({ committedAt, metadata, offset, partition, topic }) => {
        return { committedAt, metadata, offset, partition, topic }
      }),
    )
  }
  return state
}

/** In words, the first thing that differs. */
export function difference(found: BrokerState, expected: BrokerState): string | undefined {
  for (const name of new Set([...Object.keys(found), ...Object.keys(expected)])) {
    if (found[name] === expected[name]) continue
    return `${name} is ${found[name]}, and should be ${expected[name]}`
  }
  return undefined
}

const PARTITIONS = 3
const RECORDS = 4
const AT_ONCE = 20
const GROUPS = 50

function recordsOf(partition: number) {
  return Array.from({ length: RECORDS }, (_, index) => {
    const value = Buffer.from(`${index}`)
    return { key: null, value, headers: [], timestamp: 1_700_000_000_000, partition }
  })
}

function raise(message: string): never {
  throw new Error(message)
}
