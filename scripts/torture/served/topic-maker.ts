import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client, ClientParts } from './client.ts'
import { type Connection, jsonOf } from './connection.ts'
import { readContents } from './reader.ts'
import { answerTo, logOf, type Witness } from './witness.ts'

interface MadeTopic {
  readonly name: string
  readonly partitions: number
  /** `doubtful`: it may be there or not. */
  state: 'there' | 'doubtful' | 'gone'
}

/** Makes topics, puts a record in, and removes some of them. */
export class TopicMaker implements Client {
  readonly #parts: ClientParts
  readonly #topics: MadeTopic[] = []

  constructor(parts: ClientParts) {
    this.#parts = parts
  }

  async takeTurn(connection: Connection): Promise<'on' | 'lost'> {
    const { random } = this.#parts
    // A topic that is made has ext4 write all that waited: a file that nobody synced is seen only without.
    await delay(random.below(random.pick(PAUSES_MS_MAX)))
    if (this.#topics.length >= TOPICS_MAX) return this.#remove(connection, random.below(TOPICS_MAX))
    if (random.chance(70)) return this.#make(connection)
    return this.#remove(connection, random.below(this.#topics.length + 1))
  }

  /** What was acknowledged is so; what is there is read. */
  async expectAll(connection: Connection): Promise<void> {
    for (const { name, partitions, state } of this.#topics) {
      const reply = await connection.get(`/v1/topics/${name}`)
      const isThere = reply.status === 200
      assert(isThere || reply.status === 404, `topic ${name} was answered ${reply.status}`)
      if (state !== 'doubtful') {
        assert.equal(isThere, state === 'there', `topic ${name} should be ${state}`)
      }
      if (!isThere) continue
      const found = (jsonOf(reply) as { readonly partitions: readonly unknown[] }).partitions.length
      assert.equal(found, partitions, `topic ${name} has ${found} partitions, not ${partitions}`)
      for (let partition = 0; partition < partitions; partition++) {
        await readContents(connection, this.#parts.witness, name, partition)
      }
    }
  }

  async #make(connection: Connection): Promise<'on' | 'lost'> {
    const { name: own, random } = this.#parts
    const name = `${own}-${this.#topics.length}`
    const topic: MadeTopic = { name, partitions: 1 + random.below(3), state: 'doubtful' }
    this.#topics.push(topic)
    const { partitions } = topic
    const asked = connection.send('PUT', `/v1/topics/${name}`, { partitions })
    const { answer } = await answerTo(asked, [201])
    if (answer === 'acknowledged') topic.state = 'there'
    if (answer === 'refused') topic.state = 'gone'
    if (answer !== 'acknowledged') return answer === 'unknown' ? 'lost' : 'on'
    return this.#fill(connection, name)
  }

  async #fill(connection: Connection, name: string): Promise<'on' | 'lost'> {
    const { witness } = this.#parts
    const value = `in ${name}`
    const began = witness.now()
    const body = { partition: 0, valueText: value }
    const { answer } = await answerTo(
      connection.send('POST', `/v1/topics/${name}/records`, body),
      [200],
    )
    const record = { log: logOf(name, 0), value }
    // Of an empty topic the first record has offset 0.
    witness.noteSend(began, answer, [answer === 'acknowledged' ? { ...record, offset: 0 } : record])
    return answer === 'unknown' ? 'lost' : 'on'
  }

  async #remove(connection: Connection, index: number): Promise<'on' | 'lost'> {
    const topic = this.#topics[index]
    if (topic === undefined || topic.state !== 'there') return 'on'
    const { witness } = this.#parts
    topic.state = 'doubtful'
    const began = witness.now()
    const { answer } = await answerTo(
      connection.send('DELETE', `/v1/topics/${topic.name}`),
      [200, 204],
    )
    noteRemoval(witness, topic, began, answer)
    if (answer === 'acknowledged') topic.state = 'gone'
    if (answer === 'refused') topic.state = 'there'
    return answer === 'unknown' ? 'lost' : 'on'
  }
}

function noteRemoval(
  witness: Witness,
  { name, partitions }: MadeTopic,
  began: number,
  answer: 'acknowledged' | 'refused' | 'unknown',
): void {
  const ended = witness.now()
  for (let partition = 0; partition < partitions; partition++) {
    const log = logOf(name, partition)
    witness.note({ kind: 'trim', began, ended, answer, log, offset: Infinity })
  }
}

/** Each that stays costs time at every start. */
const TOPICS_MAX = 40
const PAUSES_MS_MAX: readonly [number, ...number[]] = [20, 200, 1_000]
