import type { LogErrorCode } from '@millrace/model/log-error'
import type { ManualClock } from '@millrace/testing/manual-clock'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import { isOneOf } from '../embedded/answer.ts'
import { NotedBroker, type NotedCommit, type NotedRecord } from '../embedded/noted-broker.ts'
import type { KnownTopic } from './known-topics.ts'
import type { Memory, Request } from './memory.ts'

export const GROUPS = ['g', 'g.h'] as const
/** The last is never trimmed: what a producer sent stays known. */
const NAMES = ['a', 'b.c', 'untrimmed'] as const
const UNTRIMMED = NAMES[2]
const PARTITIONS_MAX = 4
const HOUR_MS = 3_600_000

/** One life of a broker, in the hands of clients who do anything that one may do. */
export class Life {
  readonly #told: NotedBroker
  readonly #clock: ManualClock
  readonly #memory: Memory
  readonly #random: SeededRandom
  #underWay: Promise<unknown>[] = []

  constructor(told: NotedBroker, clock: ManualClock, memory: Memory, random: SeededRandom) {
    this.#told = told
    this.#clock = clock
    this.#memory = memory
    this.#random = random
  }

  /** Something by chance. What does not change topics goes on beside what comes next. */
  async act(): Promise<void> {
    const choice = this.#random.below(100)
    const [some] = this.#memory.topics.all
    if (choice < 6 || some === undefined) return this.#create()
    if (choice < 45) return this.#begin(this.#produce())
    if (choice < 53) return this.#begin(this.#produceInSequence())
    if (choice < 60) return this.#begin(this.#sendAgain())
    if (choice < 73) return this.#begin(this.#commit())
    if (choice < 82) return this.#begin(this.#poll())
    if (choice < 85) return this.#begin(this.#trim())
    if (choice < 88) return this.#alter()
    if (choice < 89) return this.#delete()
    if (choice < 90) return this.#allocate()
    if (choice < 94) return this.settle()
    this.#clock.advance(this.#random.pick([100, 250, 1_100, 31_000]))
  }

  /** Everything that is under way has its answer. */
  async settle(): Promise<void> {
    const underWay = this.#underWay
    this.#underWay = []
    const results = await Promise.allSettled(underWay)
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  async #create(): Promise<void> {
    const name = this.#random.pick(NAMES)
    if (this.#memory.topics.find(name) !== undefined) return
    const partitions = this.#random.below(3) + 1
    const retentionMs = (this.#random.below(9) + 1_000) * HOUR_MS
    const change = this.#memory.topics.begin({ kind: 'create', name, partitions, retentionMs })
    const wanted = { partitions, config: { retentionMs } }
    const { topic } = await this.#told.broker.createTopic(name, wanted)
    change.acknowledged(topic.id)
  }

  async #alter(): Promise<void> {
    await this.settle()
    const { id, name, ...before } = this.#pickTopic()
    const partitions = Math.min(before.partitions + this.#random.below(2), PARTITIONS_MAX)
    const retentionMs = (this.#random.below(9) + 1_000) * HOUR_MS
    const change = this.#memory.topics.begin({ kind: 'alter', name, partitions, retentionMs })
    await this.#told.broker.alterTopic(name, { partitions, config: { retentionMs } })
    change.acknowledged(id)
  }

  async #delete(): Promise<void> {
    // What goes on beside it would be refused, or not, as it happens.
    await this.settle()
    const topic = this.#pickTopic()
    const change = this.#memory.topics.begin({ kind: 'delete', name: topic.name })
    await this.#told.delete(topic, PARTITIONS_MAX)
    change.acknowledged(topic.id)
  }

  /** Records of one request are spread over partitions. */
  #produce(): Promise<void> {
    const topic = this.#pickTopic()
    const records = Array.from({ length: this.#random.pick([1, 1, 2, 3, 6]) }, (): NotedRecord => {
      return {
        partition: this.#random.below(topic.partitions),
        value: this.#memory.notes.nextValue(),
        bytes: this.#random.pick([10, 10, 100, 700, 17_000]),
      }
    })
    const [first] = records
    if (first !== undefined && records.length === 1 && this.#random.chance(20)) {
      const { partition } = first
      const { highWatermark } = this.#told.broker.partitionState(topic.name, partition)
      const wanted = this.#told.produce(topic, records, { expectedLogEndOffset: highWatermark })
      return mayEndWith(wanted, ['LOG_END_OFFSET_MISMATCH'])
    }
    if (this.#random.chance(50)) return this.#told.produce(topic, records)
    const key = this.#memory.notes.nextValue()
    const request: Request = { topic, records, key }
    return this.#send(request)
  }

  /** As a client does who had no answer, and sometimes one who had. */
  async #sendAgain(): Promise<void> {
    const request = this.#memory.requestToRepeat(this.#random)
    if (request !== undefined) await this.#send(request)
  }

  async #send(request: Request): Promise<void> {
    this.#memory.remember(request)
    const { topic, records, key } = request
    const bodyHash = Buffer.from(records.map(({ value }) => value).join())
    await this.#told.produce(topic, records, { idempotency: { key, chunk: 0, bodyHash } })
  }

  /** A batch is sent until it has an answer; then comes the next of its producer. */
  async #produceInSequence(): Promise<void> {
    const topic = this.#memory.topics.find(UNTRIMMED)
    if (topic === undefined) return
    const producer = this.#memory.producerOf(topic, this.#random)
    if (producer === undefined || producer.isSending) return
    producer.isSending = true
    const { partition, id: producerId, sequence: baseSequence } = producer
    producer.values ??= Array.from({ length: this.#random.below(3) + 1 }, () =>
      this.#memory.notes.nextValue(),
    )
    const { values } = producer
    const batch = { partition, values, producerId, baseSequence }
    await this.#told.produceInSequence(topic, batch).finally(() => (producer.isSending = false))
    producer.sequence += values.length
    producer.values = undefined
  }

  /** All partitions of a topic at once, or one. */
  #commit(): Promise<void> {
    const topic = this.#pickTopic()
    const group = this.#random.pick(GROUPS)
    const only = this.#random.chance(50) ? this.#random.below(topic.partitions) : undefined
    const commits: NotedCommit[] = []
    for (let partition = 0; partition < topic.partitions; partition++) {
      if (only !== undefined && only !== partition) continue
      const { highWatermark } = this.#told.broker.partitionState(topic.name, partition)
      commits.push({ topic, partition, offset: this.#random.below(highWatermark + 1) })
    }
    return this.#told.commit(group, commits)
  }

  async #poll(): Promise<void> {
    const topic = this.#pickTopic()
    const partition = this.#random.below(topic.partitions)
    const reader = this.#memory.readerOf(topic, partition)
    if (reader.isReading) return
    reader.isReading = true
    try {
      const { logStartOffset } = this.#told.broker.partitionState(topic.name, partition)
      const isSought = reader.next < logStartOffset
      const offset = isSought ? logStartOffset : reader.next
      const place = { partition, offset, isSought }
      reader.next = await this.#told.poll('reader', topic, place)
    } catch (error) {
      // It was trimmed meanwhile.
      if (!isOneOf(error, ['OFFSET_OUT_OF_RANGE'])) throw error
    } finally {
      reader.isReading = false
    }
  }

  async #trim(): Promise<void> {
    const topic = this.#pickTopic()
    if (topic.name === UNTRIMMED) return
    const partition = this.#random.below(topic.partitions)
    const { highWatermark } = this.#told.broker.partitionState(topic.name, partition)
    await this.#told.trim(topic, partition, this.#random.below(highWatermark + 1))
  }

  async #allocate(): Promise<void> {
    this.#memory.addProducer(await this.#told.broker.allocateProducerId())
  }

  #begin(work: Promise<unknown>): void {
    work.catch(() => undefined)
    this.#underWay.push(work)
  }

  #pickTopic(): KnownTopic {
    const [first, ...others] = this.#memory.topics.all
    if (first === undefined) throw new Error('There is no topic.')
    return { ...this.#random.pick([first, ...others]) }
  }
}

async function mayEndWith(work: Promise<void>, codes: readonly LogErrorCode[]): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isOneOf(error, codes)) throw error
  }
}
