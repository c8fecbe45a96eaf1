import assert from 'node:assert/strict'
import { parseBrokerConfig } from '@millrace/broker/config'
import { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { LogError } from '@millrace/model/log-error'
import { parseStorageConfig } from '@millrace/storage/config'
import { ManualClock } from '@millrace/testing/manual-clock'
import { type SeededRandom, seededRandom } from '@millrace/testing/seeded-random'
import { NotedBroker, type NotedTopic } from '../embedded/noted-broker.ts'
import { Notes } from '../embedded/notes.ts'
import { whileTimePasses } from '../embedded/patience.ts'
import { makeSmallDisk, type SmallDisk } from './small-disk.ts'

/**
 * One store whose disk fills and empties so many times, without a restart; then a restart. Throws when it is
 * not full in time, or does not go on; when reads or commits stop meanwhile; or when what clients were told is
 * not right.
 */
export async function fillAndFree(seed: number, cycles: number, directory: string): Promise<Notes> {
  await using small = await makeSmallDisk(directory, DISK_BYTES)
  const notes = new Notes()
  const clock = new ManualClock()
  const random = seededRandom(seed)
  const open = () => EmbeddedBroker.open(small.disk, small.directory, clock, CONFIG)
  const broker = await whileTimePasses(clock, open())
  const topic = await makeTopic(broker, clock)
  const store = { broker, clock, notes, random, topic, told: new NotedBroker(broker, notes) }
  for (let cycle = 0; cycle < cycles; cycle++) await fillOnce(store, small, cycle)
  await whileTimePasses(clock, broker.close())
  notes.restart()
  const again = await whileTimePasses(clock, open())
  await whileTimePasses(clock, lookAt(new NotedBroker(again, notes), topic))
  await whileTimePasses(clock, again.close())
  notes.expectSound()
  return notes
}

interface Store {
  readonly broker: EmbeddedBroker
  readonly told: NotedBroker
  readonly topic: NotedTopic
  readonly clock: ManualClock
  readonly notes: Notes
  readonly random: SeededRandom
}

async function makeTopic(broker: EmbeddedBroker, clock: ManualClock): Promise<NotedTopic> {
  const wanted = { partitions: PARTITIONS, config: { retentionMs: -1 } }
  const { topic } = await whileTimePasses(clock, broker.createTopic('t', wanted))
  return topic
}

async function fillOnce(store: Store, small: SmallDisk, cycle: number): Promise<void> {
  const { clock, random, told, topic } = store
  for (let times = 0; times < 3; times++) await whileTimePasses(clock, produce(store))
  // A little under the limit, hardly anything, or nothing at all.
  await small.fill(random.pick([MIN_FREE_BYTES - 64 * KiB, 100 * KiB, 0]))
  await until(store, 'full', true)
  for (let times = 0; times < 3; times++) {
    await whileTimePasses(clock, expectRefused(store))
    const offset = random.below(store.broker.partitionState(topic.name, 0).highWatermark + 1)
    const commit = told.commit('g', [{ topic, partition: 0, offset }])
    await whileTimePasses(clock, commit)
    await whileTimePasses(clock, told.committed('g', topic, 1))
    clock.advance(random.pick([100, 1_100, 31_000]))
  }
  await whileTimePasses(clock, lookAt(told, topic))
  await small.empty()
  await until(store, 'not full', false)
  await whileTimePasses(clock, produce(store))
  // So that the log itself does not fill the disk for good.
  if (cycle % 5 === 4) await whileTimePasses(clock, trim(store))
}

function produce({ notes, random, told, topic }: Store): Promise<void> {
  const records = Array.from({ length: PARTITIONS }, (_, partition) => {
    return { partition, value: notes.nextValue(), bytes: random.pick([100, 20_000, 50_000]) }
  })
  return told.produce(topic, records)
}

async function trim({ broker, told, topic }: Store): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const { highWatermark } = broker.partitionState(topic.name, partition)
    await told.trim(topic, partition, highWatermark)
  }
}

async function lookAt(told: NotedBroker, topic: NotedTopic): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) await told.look(topic, partition)
  await told.committed('g', topic, 1)
}

/** The store looks every second. Its disk is real: what it begins then takes real time. */
async function until(store: Store, what: string, isFull: boolean): Promise<void> {
  const { broker, clock } = store
  const startedMs = performance.now()
  while (broker.status().isFull !== isFull) {
    assert(performance.now() - startedMs < PATIENCE_MS, `it does not become ${what}`)
    clock.advance(1_000)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.equal(broker.status().state, 'ready')
}

async function expectRefused(store: Store): Promise<void> {
  // A checkpoint may have made room, by what it deleted.
  const { isFull } = store.broker.status()
  try {
    await produce(store)
  } catch (error) {
    if (error instanceof LogError && error.code === 'STORAGE_FULL') return
    throw error
  }
  assert(!isFull, 'a full disk took records')
}

const KiB = 1_024
const MiB = 1_024 * KiB
const PARTITIONS = 2
const DISK_BYTES = 32 * MiB
const MIN_FREE_BYTES = 4 * MiB
const PATIENCE_MS = 5_000

const CONFIG = {
  broker: parseBrokerConfig({}),
  storage: parseStorageConfig({
    journalSlotBytes: MiB,
    journalSlotsMax: 4,
    reserveBytes: 2 * MiB,
    minFreeBytes: MIN_FREE_BYTES,
  }),
}
