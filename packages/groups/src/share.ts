import { type TopicPartition, topicPartition } from './topic-partition.ts'

/** What one member is to have, while it is worked out. */
export class Share {
  readonly memberId: string
  readonly topicIds: ReadonlySet<string>
  readonly #partitions = new Map<string, number[]>()
  #count = 0

  constructor(memberId: string, topicIds: readonly string[]) {
    this.memberId = memberId
    this.topicIds = new Set(topicIds)
  }

  get count(): number {
    return this.#count
  }

  add(topicId: string, partition: number): void {
    const partitions = this.#partitions.get(topicId)
    if (partitions === undefined) this.#partitions.set(topicId, [partition])
    else partitions.push(partition)
    this.#count++
  }

  /** Gives up the one that came last: what was there longer stays. There is one. */
  take(topicId: string): number {
    const partition = this.#partitions.get(topicId)?.pop()
    if (partition === undefined) throw new Error(`There is no partition of ${topicId} to take.`)
    this.#count--
    return partition
  }

  /** Those that it has partitions of. */
  *topics(): Generator<string> {
    for (const [topicId, { length }] of this.#partitions) if (length > 0) yield topicId
  }

  keys(): ReadonlySet<TopicPartition> {
    const keys = new Set<TopicPartition>()
    for (const [topicId, partitions] of this.#partitions) {
      for (const partition of partitions) keys.add(topicPartition(topicId, partition))
    }
    return keys
  }
}
