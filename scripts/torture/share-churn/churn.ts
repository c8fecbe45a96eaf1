import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import type { Offset } from '@millrace/model/offset'
import type { ManualClock } from '@millrace/testing/manual-clock'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import { isOneOf } from '../embedded/answer.ts'
import { whileTimePasses } from '../embedded/patience.ts'
import { BrokenPromise, type Said } from './call.ts'
import { Consumer, sayOf } from './consumer.ts'
import { Counters } from './counters.ts'
import { DeadLetterTopic } from './dead-letter-topic.ts'
import { Inbox } from './inbox.ts'
import { Ledger } from './ledger.ts'
import { lettersGone } from './letters.ts'
import { Producer } from './producer.ts'
import { SentRedrive } from './redrives.ts'
import { DEAD_LETTERS, GroupTerms, randomSettings, TOPIC } from './settings.ts'

const PARTITIONS_MAX = 6
const GROUP = 'g'

/** What a case is like, beside the settings of its group. */
interface Habits {
  readonly partitions: number
  /** Long ones fill the history of a partition, so that its state is written. */
  readonly reasonLength: number
  readonly putsSettings: boolean
  readonly losesDeadLetters: boolean
}

/** Consumers that share a topic, and all that may befall them, over all lives of their broker. */
export class Churn {
  readonly ledger: Ledger
  readonly #clock: ManualClock
  readonly #random: SeededRandom
  readonly #habits: Habits
  readonly #terms: GroupTerms
  readonly #producer: Producer
  readonly #letters = new DeadLetterTopic()
  readonly #counters: Counters
  readonly #inbox: Inbox
  readonly #consumers: Consumer[] = []
  /** Of calls that wait. */
  readonly #waiting = new Set<Promise<void>>()
  #failed: Error | undefined
  #names = 0
  #judged = 0

  constructor(clock: ManualClock, random: SeededRandom) {
    this.#clock = clock
    this.#random = random
    this.#habits = {
      partitions: 1 + random.below(4),
      reasonLength: random.chance(50) ? 400 : 1,
      putsSettings: random.chance(50),
      losesDeadLetters: random.chance(40),
    }
    this.#terms = new GroupTerms(randomSettings(random))
    this.ledger = new Ledger(this.#terms)
    this.#producer = new Producer(this.ledger, clock, random)
    this.#counters = new Counters(this.ledger)
    this.#inbox = new Inbox(this.ledger, this.#letters)
    for (let index = 0; index < 3; index++) this.#come()
  }

  /** What was judged: deliveries, and dead letters. */
  get judged(): number {
    return this.#judged
  }

  /** A new process finds what the last one left. */
  async begin(broker: EmbeddedBroker, crashedMs: number): Promise<void> {
    await broker.createTopic(TOPIC, { partitions: this.#habits.partitions }).catch(unlessThere)
    const isFirst = this.#terms.changes === 0
    if (!this.#letters.isThere(broker)) {
      lettersGone(this.ledger)
      this.#letters.wasDeleted()
      if (isFirst || this.#random.chance(50)) await this.#letters.make(broker)
    }
    const openedMs = this.#clock.nowMs()
    await this.#producer.findLost(broker)
    this.#judged += await this.#inbox.judge(broker, crashedMs, () => {
      this.#takeLog(broker)
      this.ledger.restarted(crashedMs, openedMs)
    })
    this.ledger.redrive = undefined
    this.#failed = undefined
    this.#waiting.clear()
    for (const consumer of this.#consumers) consumer.isWaiting = false
    if (!(await hasGroup(broker))) {
      if (!this.#letters.isThere(broker)) await this.#letters.make(broker)
      await broker.putShareGroup(GROUP, this.#terms.current)
    }
    const { topics, ordering, acquisitionLockMs, maxDeliveryCount, retryDelaysMs, deadLetter } =
      await broker.describeShareGroup(GROUP)
    const is = { topics, ordering, acquisitionLockMs, maxDeliveryCount, retryDelaysMs, deadLetter }
    this.#terms.are(is)
  }

  /** Something by chance, and judges what came of it. */
  async act(broker: EmbeddedBroker): Promise<void> {
    await this.#actAnyhow(broker, this.#random.below(100))
    await this.#judge(broker)
  }

  async #actAnyhow(broker: EmbeddedBroker, choice: number): Promise<void> {
    const consumer = this.#anyConsumer()
    if (choice < 15) return this.#producer.produce(broker)
    if (choice < 38) return this.#acquire(broker, consumer)
    if (choice < 62) return this.#acknowledge(broker, consumer, this.#say(consumer))
    if (choice < 70) return this.#together(broker)
    if (choice < 75) return this.#sayOld(broker)
    if (choice < 78) return this.#die(consumer)
    if (choice < 87) return this.#pass()
    if (choice < 89) return this.#trim(broker)
    if (choice < 90) return this.#grow(broker)
    if (choice < 94) return this.#redrive(broker)
    if (choice < 96) return this.#put(broker)
    if (choice < 98) return this.#loseDeadLetters(broker)
    await this.#describe(broker)
  }

  /** Whatever was before: in so many rounds everything that is left is accepted, and all is accounted for. */
  async settle(broker: EmbeddedBroker): Promise<void> {
    const { acquisitionLockMs, maxDeliveryCount } = this.#terms.current
    const patient = <T>(work: Promise<T>) => whileTimePasses(this.#clock, work)
    if (this.#terms.hasDeadLetters && !this.#letters.isThere(broker)) {
      await patient(this.#letters.make(broker))
    }
    if (this.#random.chance(50)) await patient(this.#redriveAll(broker))
    const last = this.#come()
    for (let round = 0; ; round++) {
      if (round > ROUNDS_MAX + maxDeliveryCount)
        throw new BrokenPromise('it does not come to its end')
      this.#clock.advance(Math.max(acquisitionLockMs, LONGEST_WAIT_MS))
      await patient(this.#judge(broker))
      const { partitions } = await patient(this.#describe(broker))
      if (partitions.every(({ unsettled }) => unsettled === 0)) break
      await patient(this.#call(broker, last, [], CALM))
      await patient(this.#judge(broker))
      const said = last.held.splice(0).map((delivery): Said => ({
        delivery,
        acknowledgement: { receipt: delivery.receipt, type: 'accept' },
      }))
      await patient(this.#acknowledge(broker, last, said))
      await patient(this.#judge(broker))
    }
    await patient(Promise.all(this.#waiting))
    await patient(this.#judge(broker))
    if (this.ledger.openCount > 0) throw new BrokenPromise('a call was never answered')
    const description = await patient(this.#describe(broker))
    this.#counters.expectEnd(description, this.#habits.partitions)
  }

  async #judge(broker: EmbeddedBroker): Promise<void> {
    this.#judged += await this.#inbox.judge(broker, this.#clock.nowMs())
    if (this.#failed !== undefined) throw this.#failed
  }

  #come(): Consumer {
    const consumer = new Consumer(`c${this.#names++}`)
    this.#consumers.push(consumer)
    return consumer
  }

  #anyConsumer(): Consumer {
    const [first, ...others] = this.#consumers
    return first === undefined ? this.#come() : this.#random.pick([first, ...others])
  }

  #say(consumer: Consumer): readonly Said[] {
    const said = consumer.say(this.#random, this.#habits)
    const [first] = said
    // It says the same twice, as one does who sends again.
    return first !== undefined && this.#random.chance(10) ? [...said, first] : said
  }

  async #acquire(broker: EmbeddedBroker, consumer: Consumer): Promise<void> {
    if (consumer.isWaiting) return
    const waitMs = this.#random.chance(25) ? this.#random.pick([50, 700, LONGEST_WAIT_MS]) : 0
    const said = this.#random.chance(40) ? this.#say(consumer) : []
    const maxRecords = this.#random.pick([1, 1, 2, 5, 20])
    const maxBytes = this.#random.pick([65_536, 65_536, 200, 1])
    const isLost = this.#random.chance(8)
    const calling = this.#call(broker, consumer, said, { maxRecords, maxBytes, waitMs, isLost })
    if (waitMs === 0) return calling
    consumer.isWaiting = true
    const ended = calling
      .catch((error: unknown) => (this.#failed ??= asError(error)))
      .finally(() => {
        consumer.isWaiting = false
        this.#waiting.delete(noted)
      })
    const noted: Promise<void> = ended.then(() => undefined)
    this.#waiting.add(noted)
  }

  async #acknowledge(
    broker: EmbeddedBroker,
    consumer: Consumer,
    said: readonly Said[],
  ): Promise<void> {
    if (said.length === 0) return
    const call = this.ledger.sent(consumer.name, said, {
      maxRecords: undefined,
      nowMs: this.#clock.nowMs(),
    })
    const acknowledgements = said.map(({ acknowledgement }) => acknowledgement)
    const acknowledged = await broker.acknowledge(GROUP, acknowledgements)
    const answer = { acknowledged, records: [], nowMs: this.#clock.nowMs() }
    this.#inbox.push(broker, call, undefined, answer)
  }

  async #call(
    broker: EmbeddedBroker,
    consumer: Consumer,
    said: readonly Said[],
    how: typeof CALM,
  ): Promise<void> {
    const { maxRecords, maxBytes, waitMs } = how
    const call = this.ledger.sent(consumer.name, said, { maxRecords, nowMs: this.#clock.nowMs() })
    const acknowledgements = said.map(({ acknowledgement }) => acknowledgement)
    const request = { consumer: consumer.name, maxRecords, maxBytes, waitMs }
    const answer = await broker.acquire(GROUP, { ...request, acknowledgements })
    const nowMs = this.#clock.nowMs()
    this.#inbox.push(broker, call, how.isLost ? undefined : consumer, { ...answer, nowMs })
  }

  /** Several at once: they come in one turn. */
  async #together(broker: EmbeddedBroker): Promise<void> {
    const works = this.#consumers.map((consumer) => {
      return this.#random.chance(50)
        ? this.#acquire(broker, consumer)
        : this.#acknowledge(broker, consumer, this.#say(consumer))
    })
    const results = await Promise.allSettled(works)
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Of deliveries that are mostly over. */
  async #sayOld(broker: EmbeddedBroker): Promise<void> {
    const { deliveries } = this.ledger
    if (deliveries.length === 0) return
    const isRecent = this.#random.chance(50)
    const from = isRecent ? Math.max(0, deliveries.length - 20) : 0
    const said = Array.from({ length: 1 + this.#random.below(4) }, () => {
      return deliveries[from + this.#random.below(deliveries.length - from)]
    })
    const known = said.filter((delivery) => delivery !== undefined)
    const all = known.map((delivery) => sayOf(delivery, this.#random, this.#habits))
    await this.#acknowledge(broker, this.#anyConsumer(), all)
  }

  #die(consumer: Consumer): void {
    this.#consumers.splice(this.#consumers.indexOf(consumer), 1)
    this.#come()
  }

  #pass(): void {
    const { acquisitionLockMs } = this.#terms.current
    const half = Math.floor(acquisitionLockMs / 2)
    this.#clock.advance(this.#random.pick([1, 100, half, acquisitionLockMs, 1_000, 2_000]))
  }

  async #trim(broker: EmbeddedBroker): Promise<void> {
    const { partitions } = await broker.describeTopic(TOPIC)
    const partition = this.#random.below(partitions.length)
    const { logStartOffset, highWatermark } = broker.partitionState(TOPIC, partition)
    const to = Math.min(highWatermark, logStartOffset + this.#random.below(30))
    this.ledger.trimmed(partition, to, false)
    await broker.trimPartition(TOPIC, partition, to as Offset)
    await this.#judge(broker)
    this.ledger.trimmed(partition, to, true)
  }

  /** What a trim of before took away, also one that was not answered. */
  #takeLog(broker: EmbeddedBroker): void {
    for (const [partition, start] of this.#producer.starts(broker).entries()) {
      this.ledger.trimmed(partition, start, true)
    }
  }

  async #grow(broker: EmbeddedBroker): Promise<void> {
    const { partitions } = await broker.describeTopic(TOPIC)
    if (partitions.length >= PARTITIONS_MAX) return
    await broker.alterTopic(TOPIC, { partitions: partitions.length + 1 })
  }

  async #redrive(broker: EmbeddedBroker): Promise<void> {
    // Without order there are no keys to ask for.
    const isOrdered = this.ledger.terms.isOrdered
    if (!isOrdered || this.#random.chance(30)) return this.#redriveAll(broker)
    await this.#judge(broker)
    const key = this.#producer.anyKey()
    const sent = new SentRedrive(this.ledger, key)
    const answer = await broker.redrive(GROUP, { key: Buffer.from(key) })
    await this.#judge(broker)
    sent.answered(answer)
  }

  async #redriveAll(broker: EmbeddedBroker): Promise<void> {
    await this.#judge(broker)
    const sent = new SentRedrive(this.ledger, undefined)
    const answer = await broker.redrive(GROUP, { all: true })
    await this.#judge(broker)
    sent.answered(answer)
  }

  async #put(broker: EmbeddedBroker): Promise<void> {
    if (!this.#habits.putsSettings || !this.#letters.isThere(broker)) return
    const settings = this.#terms.another(this.#random)
    this.#terms.sent(settings)
    await broker.putShareGroup(GROUP, settings)
    await this.#judge(broker)
    this.#terms.are(settings)
  }

  async #loseDeadLetters(broker: EmbeddedBroker): Promise<void> {
    if (!this.#letters.isThere(broker)) return this.#letters.make(broker)
    if (!this.#habits.losesDeadLetters) return
    await this.#judge(broker)
    await broker.deleteTopic(DEAD_LETTERS)
    lettersGone(this.ledger)
    this.#letters.wasDeleted()
  }

  async #describe(broker: EmbeddedBroker) {
    await this.#judge(broker)
    const before = this.#counters.count()
    const description = await broker.describeShareGroup(GROUP)
    await this.#judge(broker)
    this.#counters.expect(before, description)
    return description
  }
}

/** How everything that is left is acquired. */
const CALM = { maxRecords: 500, maxBytes: 65_536, waitMs: 0, isLost: false }
const LONGEST_WAIT_MS = 5_000
const ROUNDS_MAX = 30

async function hasGroup(broker: EmbeddedBroker): Promise<boolean> {
  const { groups } = await broker.listShareGroups({ limit: 10 })
  return groups.length > 0
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function unlessThere(error: unknown): void {
  if (!isOneOf(error, ['TOPIC_EXISTS'])) throw error
}
