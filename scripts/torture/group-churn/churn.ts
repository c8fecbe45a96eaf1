import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import type { Offset } from '@millrace/model/offset'
import type { ManualClock } from '@millrace/testing/manual-clock'
import type { SeededRandom } from '@millrace/testing/seeded-random'
import { isOneOf } from '../embedded/answer.ts'
import { whileTimePasses } from '../embedded/patience.ts'
import { ChurningMember } from './churning-member.ts'
import { Ledger } from './ledger.ts'

export const SESSION_MS = 9_000
export const HEARTBEAT_MS = 3_000
const PARTITIONS_MAX = 7
const KEYS = 12

/** A group whose members come, go, stall and are killed, over all lives of its broker. */
export class Churn {
  readonly ledger = new Ledger()
  readonly #clock: ManualClock
  readonly #random: SeededRandom
  readonly #members: ChurningMember[] = []
  /** Nobody polls for them any more; the group does not know. */
  readonly #killed: ChurningMember[] = []
  #names = 0
  #changes = 0

  constructor(clock: ManualClock, random: SeededRandom) {
    this.#clock = clock
    this.#random = random
  }

  /** Who came, left, was killed or forgotten. */
  get changes(): number {
    return this.#changes
  }

  /** Something by chance. */
  async act(broker: EmbeddedBroker): Promise<void> {
    const choice = this.#random.below(100)
    if (choice < 20) return this.#produce(broker)
    if (choice < 30) return this.#come(broker)
    if (choice < 36) return this.#leave(broker)
    if (choice < 42) return this.#kill()
    if (choice < 44) return this.#move(broker)
    if (choice < 46) return this.#grow(broker)
    if (choice < 52) return this.#clock.advance(this.#random.pick([100, HEARTBEAT_MS, SESSION_MS]))
    if (choice < 60) return this.#pollAll(broker, { isTogether: true, isLossy: true })
    const [first, ...others] = this.#members
    if (first !== undefined) await this.#poll(broker, this.#random.pick([first, ...others]), true)
  }

  /** Whatever was before: after a session and two heartbeats, all partitions are read, and then all records are. */
  async settle(broker: EmbeddedBroker): Promise<void> {
    // Who was taken over, and has heard of it, does not come back.
    if (this.#members.every(({ isTakenOver }) => isTakenOver)) {
      await whileTimePasses(this.#clock, this.#come(broker))
    }
    for (let ms = 0; ms <= SESSION_MS + HEARTBEAT_MS; ms += HEARTBEAT_MS) {
      this.#clock.advance(HEARTBEAT_MS)
      await this.#pollAll(broker, { isTogether: false, isLossy: false })
    }
    this.#killed.length = 0
    for (let beat = 0; beat < 2; beat++) {
      await this.#pollAll(broker, { isTogether: false, isLossy: false })
    }
    const { partitions } = await broker.describeTopic('t')
    for (const { partition } of partitions) {
      const readers = this.#members.filter(({ reads }) => reads.has(String(partition)))
      if (readers.length !== 1) throw new Error(`${readers.length} members read ${partition}`)
    }
    for (let round = 0; this.#isBehind(broker, partitions.length); round++) {
      if (round > 200) throw new Error('the group does not come to the end of its topic')
      await this.#pollAll(broker, { isTogether: false, isLossy: false })
    }
    await whileTimePasses(this.#clock, this.#lookAtCommits(broker))
  }

  #isBehind(broker: EmbeddedBroker, partitions: number): boolean {
    for (let partition = 0; partition < partitions; partition++) {
      const { highWatermark } = broker.partitionState('t', partition)
      if (this.ledger.processed(String(partition)) < highWatermark) return true
    }
    return false
  }

  async #produce(broker: EmbeddedBroker): Promise<void> {
    const values = Array.from({ length: this.#random.pick([1, 3, 10]) }, () =>
      this.ledger.nextValue(`key-${this.#random.below(KEYS)}`),
    )
    const records = values.map((value) => ({
      key: Buffer.from(value.replace(/ .*$/, '')),
      value: Buffer.from(value),
      headers: [],
      timestamp: this.#clock.nowMs(),
    }))
    const answer = await broker.produceRecords('t', records, {})
    for (const [index, { partition, offset }] of answer.records.entries()) {
      this.ledger.produced(values[index] ?? '', String(partition), offset)
    }
  }

  async #come(broker: EmbeddedBroker): Promise<void> {
    const instanceId = this.#random.chance(30) ? `host-${this.#random.below(3)}` : undefined
    const member = new ChurningMember(`m${this.#names++}`, instanceId)
    this.#members.push(member)
    this.#changes++
    // It takes the place of who was there under its name, who goes on until it is told.
    for (const other of [...this.#members, ...this.#killed]) {
      if (other === member || !isSame(other, instanceId)) continue
      other.isTakenOver = true
      other.reads = new Set()
    }
    await this.#poll(broker, member, false)
  }

  async #leave(broker: EmbeddedBroker): Promise<void> {
    const member = this.#takeAny()
    if (member === undefined) return
    const members = await membersOf(broker)
    const known = members.find((one) => {
      if (member.isTakenOver) return false
      return one.memberId === member.name || isSame(member, one.instanceId ?? undefined)
    })
    // From here on it reads nothing, whether it is heard or not.
    member.forget()
    if (known !== undefined) await broker.leaveGroup('g', known.memberId)
  }

  #kill(): void {
    const member = this.#takeAny()
    if (member !== undefined) this.#killed.push(member)
  }

  async #move(broker: EmbeddedBroker): Promise<void> {
    const { partitions } = await broker.describeTopic('t')
    const partition = this.#random.below(partitions.length)
    const { highWatermark } = broker.partitionState('t', partition)
    const offset = this.#random.below(highWatermark + 1)
    const to = { at: 'offset', offset: offset as Offset } as const
    this.ledger.mayHaveMoved(String(partition), offset)
    await broker.resetOffsets('g', { topic: 't', to, partitions: [partition], dryRun: false })
    this.ledger.moved(String(partition), offset)
    for (const member of [...this.#members, ...this.#killed]) member.moved(String(partition))
  }

  async #grow(broker: EmbeddedBroker): Promise<void> {
    const { partitions } = await broker.describeTopic('t')
    if (partitions.length === PARTITIONS_MAX) return
    await broker.alterTopic('t', { partitions: partitions.length + 1 })
  }

  async #pollAll(
    broker: EmbeddedBroker,
    { isTogether, isLossy }: { readonly isTogether: boolean; readonly isLossy: boolean },
  ): Promise<void> {
    if (isTogether) {
      const polls = this.#members.map(async (member) => this.#poll(broker, member, isLossy))
      const results = await Promise.allSettled(polls)
      for (const result of results) if (result.status === 'rejected') throw result.reason
    } else {
      for (const member of this.#members) {
        await whileTimePasses(this.#clock, this.#poll(broker, member, isLossy))
      }
    }
  }

  async #poll(broker: EmbeddedBroker, member: ChurningMember, isLossy: boolean): Promise<void> {
    const maxRecords = isLossy ? this.#random.pick([0, 1, 5, 500]) : 500
    const isLost = isLossy && this.#random.chance(15)
    await member.poll(broker, this.ledger, { maxRecords, isLost, nowMs: this.#clock.monotonicMs() })
    this.#expectOneReader(member)
  }

  /** Nobody else who may still believe so reads what this member was just told to read. */
  #expectOneReader(member: ChurningMember): void {
    const silentSinceMs = this.#clock.monotonicMs() - SESSION_MS
    for (const other of [...this.#members, ...this.#killed]) {
      if (other === member || other.heardAtMs <= silentSinceMs) continue
      for (const partition of member.reads) {
        if (!other.reads.has(partition)) continue
        throw new Error(`two owners: ${member.name} and ${other.name} both read ${partition}`)
      }
    }
  }

  async #lookAtCommits(broker: EmbeddedBroker): Promise<void> {
    for (const { partition, offset } of await broker.committedOffsets('g', {})) {
      this.ledger.committed(String(partition), offset)
    }
  }

  #takeAny(): ChurningMember | undefined {
    if (this.#members.length === 0) return undefined
    this.#changes++
    return this.#members.splice(this.#random.below(this.#members.length), 1)[0]
  }
}

function isSame({ instanceId }: ChurningMember, other: string | undefined): boolean {
  return other !== undefined && instanceId === other
}

/** None, when nobody has joined yet. */
async function membersOf(broker: EmbeddedBroker) {
  try {
    return (await broker.describeGroup('g')).members
  } catch (error) {
    if (isOneOf(error, ['UNKNOWN_GROUP'])) return []
    throw error
  }
}
