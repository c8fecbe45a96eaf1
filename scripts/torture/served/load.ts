import assert from 'node:assert/strict'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import { askCommitted, committer } from './committer.ts'
import type { Client } from './client.ts'
import { Connection } from './connection.ts'
import { jsonWriter, keyedWriter } from './json-writer.ts'
import { rawWriter, sequencedWriter } from './raw-writer.ts'
import { reader, readContents } from './reader.ts'
import { TopicMaker } from './topic-maker.ts'
import { trimmer } from './trimmer.ts'
import { answerTo, type Witness } from './witness.ts'

/** Everybody who uses one store, through all of its lives, each on a connection of its own. */
export class Load {
  readonly #witness: Witness
  readonly #maker: TopicMaker
  readonly #clients: readonly Client[]
  #isTopicMade = false

  constructor(random: SeededRandom, witness: Witness) {
    const parts = { topic: TOPIC, partitions: PARTITIONS, random, witness }
    this.#witness = witness
    this.#maker = new TopicMaker({ ...parts, name: 'made' })
    this.#clients = [
      rawWriter({ ...parts, name: 'raw' }),
      sequencedWriter({ ...parts, name: 'sequenced-0' }, 0),
      sequencedWriter({ ...parts, name: 'sequenced-1' }, 1),
      jsonWriter({ ...parts, name: 'json' }),
      keyedWriter({ ...parts, name: 'keyed' }),
      committer({ ...parts, name: GROUP }),
      trimmer({ ...parts, name: 'trimmer' }),
      reader({ ...parts, name: 'reader' }),
      this.#maker,
    ]
  }

  /** Until the server is gone. `noteTurn` is told of every turn of a client. */
  async run(port: number, isOver: () => boolean, noteTurn: () => void): Promise<void> {
    using connection = new Connection(port)
    const made = connection.send('PUT', `/v1/topics/${TOPIC}`, TOPIC_BODY)
    if ((await answerTo(made, [200, 201])).answer !== 'acknowledged') return
    this.#isTopicMade = true
    await Promise.all(this.#clients.map((client) => runClient(client, port, isOver, noteTurn)))
  }

  /** Reads everything back, for the last time. */
  async lookAtAll(port: number): Promise<void> {
    using connection = new Connection(port)
    const witness = this.#witness
    if (this.#isTopicMade) {
      const { status } = await connection.get(`/v1/topics/${TOPIC}`)
      assert.equal(status, 200, `the topic ${TOPIC}, which was acknowledged, is gone`)
      for (let partition = 0; partition < PARTITIONS; partition++) {
        await readContents(connection, witness, TOPIC, partition)
      }
      await askCommitted({ name: GROUP, topic: TOPIC, partitions: PARTITIONS, witness }, connection)
    }
    await this.#maker.expectAll(connection)
  }
}

/** A client that has nothing to ask does not notice that the server is gone. */
async function runClient(
  client: Client,
  port: number,
  isOver: () => boolean,
  noteTurn: () => void,
): Promise<void> {
  using connection = new Connection(port)
  while (!isOver() && (await client.takeTurn(connection)) === 'on') {
    noteTurn()
    await turnOfOthers()
  }
}

/** A client that had nothing to ask must not keep the others from it. */
function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const TOPIC = 'events'
const GROUP = 'group'
const PARTITIONS = 4
const TOPIC_BODY = {
  partitions: PARTITIONS,
  config: { segmentMs: 40, indexIntervalBytes: 1_000 },
}
