import type { NotedBroker } from '../embedded/noted-broker.ts'
import type { KnownTopics } from './known-topics.ts'

/** After a start: every topic as it must be, all of its records, and all that is committed. */
export async function lookAtAll(
  told: NotedBroker,
  topics: KnownTopics,
  groups: readonly string[],
): Promise<void> {
  await topics.check(told.broker)
  for (const topic of topics.all) {
    for (let partition = 0; partition < topic.partitions; partition++) {
      await told.look(topic, partition)
    }
    for (const group of groups) await told.committed(group, topic, topic.partitions)
  }
}
