import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import type { ManualClock } from '@millrace/testing/manual-clock'
import { KnownTopics } from '../broker-lives/known-topics.ts'
import { NotedBroker, type NotedTopic } from '../embedded/noted-broker.ts'
import { Notes } from '../embedded/notes.ts'

/** What the clients of the workload remember. */
export class WorkloadMemory {
  readonly notes = new Notes()
  readonly topics = new KnownTopics()
}

/** One thing that a client does. */
export type Step = () => Promise<unknown>

/** Topics come and go, segments roll, checkpoints are made, offsets committed: always the same. */
export function* stepsOf(
  broker: EmbeddedBroker,
  clock: ManualClock,
  memory: WorkloadMemory,
): Generator<Step> {
  const { notes, topics } = memory
  const told = new NotedBroker(broker, notes)
  yield* createSteps(broker, memory, ['t', 'u'])
  for (let round = 0; round < 2; round++) {
    for (const topic of topics.all) {
      yield () => produce(told, topic, notes, 700)
      yield () => produce(told, topic, notes, 2_500)
      yield () => told.commit('g', [{ topic, partition: 0, offset: 1 + round }])
    }
    // Long enough for what is behind to be written, the index too.
    yield async () => clock.advance(1_100)
  }
  for (const topic of topics.all) yield () => told.trim(topic, 0, 3)
  yield () => remove(told, memory, 'u')
  yield async () => clock.advance(31_000)
  for (const topic of topics.all) yield () => produce(told, topic, notes, 100)
}

function* createSteps(
  broker: EmbeddedBroker,
  { topics }: WorkloadMemory,
  names: readonly string[],
): Generator<Step> {
  for (const name of names) {
    if (topics.find(name) !== undefined) continue
    yield async () => {
      const [partitions, retentionMs] = [2, 3_600_000_000]
      const change = topics.begin({ kind: 'create', name, partitions, retentionMs })
      const { topic } = await broker.createTopic(name, { partitions, config: { retentionMs } })
      change.acknowledged(topic.id)
    }
  }
}

/** To both partitions at once, and the same again with its key: it is there once. */
async function produce(
  told: NotedBroker,
  topic: NotedTopic,
  notes: Notes,
  bytes: number,
): Promise<void> {
  const records = [0, 1].map((partition) => ({ partition, value: notes.nextValue(), bytes }))
  const key = records.map(({ value }) => value).join('-')
  const idempotency = { key, chunk: 0, bodyHash: Buffer.from(key) }
  await told.produce(topic, records, { idempotency })
  await told.produce(topic, records, { idempotency })
}

async function remove(told: NotedBroker, { topics }: WorkloadMemory, name: string): Promise<void> {
  const topic = topics.find(name)
  if (topic === undefined) return
  const change = topics.begin({ kind: 'delete', name })
  await told.delete(topic, topic.partitions)
  change.acknowledged(topic.id)
}
