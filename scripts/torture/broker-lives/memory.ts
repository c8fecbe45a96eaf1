import assert from 'node:assert/strict'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import type { NotedRecord, NotedTopic } from '../embedded/noted-broker.ts'
import { Notes } from '../embedded/notes.ts'
import { KnownTopics } from './known-topics.ts'

/** A produce with an idempotency key. */
export interface Request {
  readonly topic: NotedTopic
  readonly records: readonly NotedRecord[]
  readonly key: string
}

/** Sends batches to one partition, one after the other. */
export interface Producer {
  readonly id: number
  readonly topicId: string
  readonly partition: number
  sequence: number
  /** Of the batch that has no answer yet. */
  values: readonly string[] | undefined
  isSending: boolean
}

/** Where somebody goes on reading a partition. */
export interface Reader {
  next: number
  isReading: boolean
}

/** What clients remember from one life of the broker to the next. */
export class Memory {
  readonly notes = new Notes()
  readonly topics = new KnownTopics()
  readonly #requests: Request[] = []
  readonly #producers: Producer[] = []
  readonly #producerIds: number[] = []
  readonly #usedIds = new Set<number>()
  readonly #readers = new Map<string, Reader>()

  remember(request: Request): void {
    this.#requests.push(request)
    if (this.#requests.length > REQUESTS_MAX) this.#requests.shift()
  }

  /** Of a topic that is still the same. */
  requestToRepeat(random: SeededRandom): Request | undefined {
    const request = this.#requests[random.below(this.#requests.length)]
    if (request === undefined) return undefined
    return this.topics.find(request.topic.name)?.id === request.topic.id ? request : undefined
  }

  addProducer(id: number): void {
    assert(!this.#usedIds.has(id), `producer id ${id} is given twice`)
    this.#usedIds.add(id)
    this.#producerIds.push(id)
  }

  /** One that sends to this topic, or begins to. */
  producerOf(
    topic: { readonly id: string; readonly partitions: number },
    random: SeededRandom,
  ): Producer | undefined {
    const id = this.#producerIds.pop()
    if (id !== undefined) {
      const partition = random.below(topic.partitions)
      const state = { sequence: 0, values: undefined, isSending: false }
      this.#producers.push({ id, topicId: topic.id, partition, ...state })
    }
    const some = this.#producers.filter(({ topicId }) => topicId === topic.id)
    return some[random.below(some.length)]
  }

  readerOf({ id }: NotedTopic, partition: number): Reader {
    const name = `${id} ${partition}`
    const reader = this.#readers.get(name) ?? { next: 0, isReading: false }
    this.#readers.set(name, reader)
    return reader
  }

  /** What was under way when a life ended is over, one way or the other. */
  endLife(): void {
    for (const producer of this.#producers) producer.isSending = false
    for (const reader of this.#readers.values()) reader.isReading = false
    this.notes.restart()
  }
}

const REQUESTS_MAX = 50
