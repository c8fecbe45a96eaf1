import type { TopicDescription } from '@millrace/http-api/topics'
import type { Connection } from './connection.ts'
import { MillraceError } from './millrace-error.ts'
import { readStatus } from './status.ts'
import { createTopics } from './topics.ts'

/** What a producer must know of a topic. */
export interface TopicShape {
  readonly partitionCount: number
  /** The largest batch that is stored. */
  readonly maxMessageBytes: number
}

/** Keeps a topic's shape: fetched once, then again from time to time, as partitions may be added. */
export class TopicShapeCache {
  readonly #fetch: () => Promise<TopicShape>
  readonly #maxAgeMs: number
  #shape: TopicShape | undefined
  #isFetching = false
  #fetchedAtMs = 0

  constructor(connection: Connection, topic: string, maxAgeMs: number, signal: AbortSignal) {
    this.#maxAgeMs = maxAgeMs
    this.#fetch = () => describeOrMake(connection, topic, signal)
  }

  /** The newest that is known. */
  get shape(): TopicShape | undefined {
    return this.#shape
  }

  /** None is known, or the one that is has become old, and it is not being fetched. */
  get isDue(): boolean {
    if (this.#isFetching) return false
    return this.#shape === undefined || performance.now() - this.#fetchedAtMs > this.#maxAgeMs
  }

  /** Something shows that it is another topic now. */
  forget(): void {
    this.#shape = undefined
  }

  async refresh(): Promise<void> {
    this.#isFetching = true
    // Also when it fails: what is known is good enough until then.
    this.#fetchedAtMs = performance.now()
    try {
      this.#shape = await this.#fetch()
    } finally {
      this.#isFetching = false
    }
  }
}

/** A topic that a produce would make is made, so that its partitions are known before the first record. */
async function describeOrMake(
  connection: Connection,
  topic: string,
  signal: AbortSignal,
): Promise<TopicShape> {
  const topics = createTopics(connection)
  try {
    return shapeOf(await topics.describe(topic, { signal }))
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'UNKNOWN_TOPIC_OR_PARTITION')
      throw error
    const { autoCreateTopics } = await readStatus(connection, signal)
    if (!autoCreateTopics) throw error
    return shapeOf(await topics.create(topic, { signal }))
  }
}

function shapeOf({ partitions, config }: TopicDescription): TopicShape {
  return { partitionCount: partitions.length, maxMessageBytes: config.maxMessageBytes }
}
