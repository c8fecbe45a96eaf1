import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import { encodeBatch } from '@millrace/model/batch-encoding'
import type { Idempotency, ProduceOptions } from '@millrace/model/broker'
import type { Offset } from '@millrace/model/offset'
import type { Answer, SentRecord } from '@millrace/testing/history'
import { answerOf } from './answer.ts'
import type { Notes } from './notes.ts'
import { readNext, readWhole } from './read-records.ts'

/** One life of a topic. */
export interface NotedTopic {
  readonly name: string
  readonly id: string
}

export interface NotedRecord {
  readonly partition: number
  readonly value: string
  /** Filled up to this; left out: it is as long as it is. */
  readonly bytes?: number
}

export interface NotedCommit {
  readonly topic: NotedTopic
  readonly partition: number
  readonly offset: number
}

/** One life of a broker, used by clients who write down what they are told. Each call fails as the broker's does. */
export class NotedBroker {
  readonly broker: EmbeddedBroker
  readonly #notes: Notes

  constructor(broker: EmbeddedBroker, notes: Notes) {
    this.broker = broker
    this.#notes = notes
  }

  async produce(
    topic: NotedTopic,
    records: readonly NotedRecord[],
    options: { readonly idempotency?: Idempotency; readonly expectedLogEndOffset?: number } = {},
  ): Promise<void> {
    const sent = records.map(({ partition, value }) => ({ log: logName(topic, partition), value }))
    const toProduce = records.map(({ partition, value, bytes = 0 }) => {
      return {
        partition,
        key: null,
        value: Buffer.from(value.padEnd(bytes)),
        headers: [],
        timestamp: 0,
      }
    })
    await this.#send(sent, async () => {
      const given = options as ProduceOptions
      const answer = await this.broker.produceRecords(topic.name, toProduce, given)
      return answer.records.map(({ offset }) => offset)
    })
  }

  /** As one batch with the producer's sequence. */
  async produceInSequence(
    topic: NotedTopic,
    batch: {
      readonly partition: number
      readonly values: readonly string[]
      readonly producerId: number
      readonly baseSequence: number
    },
  ): Promise<void> {
    const { partition, values, producerId, baseSequence } = batch
    const sent = values.map((value) => ({ log: logName(topic, partition), value }))
    const bytes = encodeBatch({
      producerId,
      producerEpoch: 0,
      baseSequence,
      records: values.map((value) => {
        return { key: null, value: Buffer.from(value), headers: [], timestamp: 0 }
      }),
    })
    await this.#send(sent, async () => {
      const { ranges } = await this.broker.produceBatches(topic.name, partition, bytes, {})
      const [range] = ranges
      if (range === undefined) throw new Error('A produce was answered without its range.')
      return values.map((_, index) => range.baseOffset + index)
    })
  }

  /** What a reader gets next, from where its last poll ended unless it `isSought`; answers with where it goes on. */
  async poll(
    reader: string,
    topic: NotedTopic,
    place: { readonly partition: number; readonly offset: number; readonly isSought: boolean },
  ): Promise<number> {
    const { partition, offset, isSought } = place
    const began = this.#notes.moment()
    const from = { topic: topic.name, partition, offset }
    const { records, nextOffset } = await readNext(this.broker, from)
    const read = { log: logName(topic, partition), records, ...(isSought && { from: offset }) }
    this.#notes.add({ kind: 'poll', reader, ...read, began, ended: this.#notes.moment() })
    return nextOffset
  }

  /** All of a partition. */
  async look(topic: NotedTopic, partition: number): Promise<number> {
    const began = this.#notes.moment()
    const found = await readWhole(this.broker, topic.name, partition)
    const log = logName(topic, partition)
    this.#notes.add({ kind: 'contents', log, ...found, began, ended: this.#notes.moment() })
    return found.records.length
  }

  async trim(topic: NotedTopic, partition: number, offset: number): Promise<void> {
    const trim = { kind: 'trim', log: logName(topic, partition), offset } as const
    await this.#change(
      () => this.broker.trimPartition(topic.name, partition, offset as Offset),
      (answer, times) => this.#notes.add({ ...trim, answer, ...times }),
    )
  }

  async delete(topic: NotedTopic, partitions: number): Promise<void> {
    await this.#change(
      () => this.broker.deleteTopic(topic.name),
      (answer, times) => {
        for (let partition = 0; partition < partitions; partition++) {
          const log = logName(topic, partition)
          this.#notes.add({ kind: 'trim', log, offset: Infinity, answer, ...times })
        }
      },
    )
  }

  async commit(group: string, commits: readonly NotedCommit[], metadata = ''): Promise<void> {
    const wanted = commits.map(({ topic, partition, offset }) => {
      return { topic: topic.name, partition, offset: offset as Offset, metadata }
    })
    await this.#change(
      () => this.broker.commitOffsets(group, wanted),
      (answer, times) => {
        for (const { topic, partition, offset } of commits) {
          const log = logName(topic, partition)
          this.#notes.add({ kind: 'commit', group, log, offset, answer, ...times })
        }
      },
    )
  }

  /** What a group has committed in the first `partitions` of a topic. */
  async committed(group: string, topic: NotedTopic, partitions: number): Promise<void> {
    const began = this.#notes.moment()
    const found = await this.broker.committedOffsets(group, { topic: topic.name })
    const ended = this.#notes.moment()
    for (let partition = 0; partition < partitions; partition++) {
      const offset = found.find((each) => each.partition === partition)?.offset ?? null
      const log = logName(topic, partition)
      this.#notes.add({ kind: 'committed', group, log, offset, began, ended })
    }
  }

  async #send(sent: readonly SentRecord[], send: () => Promise<readonly number[]>): Promise<void> {
    let offsets: readonly number[] = []
    await this.#change(
      async () => (offsets = await send()),
      (answer, times) => {
        const records = sent.map((record, index) => {
          const offset = offsets[index]
          return offset === undefined ? record : { ...record, offset }
        })
        this.#notes.add({ kind: 'send', answer, records, ...times })
      },
    )
  }

  async #change(
    change: () => Promise<unknown>,
    note: (answer: Answer, times: { readonly began: number; readonly ended: number }) => void,
  ): Promise<void> {
    const began = this.#notes.moment()
    try {
      await change()
    } catch (error) {
      note(answerOf(error), { began, ended: this.#notes.moment() })
      throw error
    }
    note('acknowledged', { began, ended: this.#notes.moment() })
  }
}

function logName({ id }: NotedTopic, partition: number): string {
  return `${id} ${partition}`
}
