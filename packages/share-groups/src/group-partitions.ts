import type { Log } from '@millrace/log/log'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { RecordContent } from '@millrace/model/record'
import { isHeldUpByGrowth } from './growth-order.ts'
import { type LaneKey, laneKeyOf } from './lane-key.ts'
import type { ShareFact } from './share-fact.ts'
import { ShareLedger } from './share-ledger.ts'
import { SharePartition } from './share-partition.ts'
import type { ShareParts, ShareTopic } from './share-parts.ts'
import { stateKey } from './share-record.ts'
import type { ShareGroup } from './share-settings.ts'
import { encodeSnapshot } from './share-snapshot.ts'
import type { StoredPartition } from './share-store.ts'

/** One partition of a share group, with its log. */
export interface GroupPartition {
  readonly topicId: string
  readonly partition: number
  readonly log: Log
  readonly share: SharePartition
}

/** The partitions of one group, in the order of its topics. What is done to them is written down by `save`. */
export class GroupPartitions {
  readonly #parts: ShareParts
  readonly #group: ShareGroup
  readonly #begun: Set<number>
  readonly #loaded = new Map<number, LoadedPartition>()
  readonly #byTopic = new Map<string, readonly SharePartition[]>()
  #topicObjects: readonly (ShareTopic | undefined)[] = []
  #all: readonly GroupPartition[] = []
  #isCaughtUp = false

  /** `begun`: the logs in which the locks of before this process have begun anew, durably. */
  constructor(parts: ShareParts, group: ShareGroup, begun: Set<number>) {
    this.#parts = parts
    this.#group = group
    this.#begun = begun
  }

  get all(): readonly GroupPartition[] {
    return this.#all
  }

  find(log: number): GroupPartition | undefined {
    return this.#loaded.get(log)
  }

  /** As the topics are now: what is written down of each partition, and nothing of its log. */
  load(): void {
    const { topics } = this.#parts
    const now = this.#group.topicIds.map((id) => topics.findById(id))
    const isSame = now.every((topic, index) => topic === this.#topicObjects[index])
    if (isSame && this.#topicObjects.length > 0) return
    const all: LoadedPartition[] = []
    for (const topic of now) {
      if (topic === undefined) continue
      const loaded = topic.logs.map((log, partition) => {
        return this.#loaded.get(log.id) ?? this.#load(topic, partition, log)
      })
      this.#byTopic.set(
        topic.id,
        loaded.map(({ share }) => share),
      )
      all.push(...loaded)
    }
    this.#loaded.clear()
    for (const partition of all) this.#loaded.set(partition.log.id, partition)
    this.#all = all
    this.#topicObjects = now
  }

  /**
   * Before anything is done: of each log everything up to the newest record that something is known of was looked at.
   * Only then is it clear what comes before what.
   */
  async refresh(): Promise<void> {
    this.load()
    if (this.#isCaughtUp) return
    for (const partition of this.#all) {
      const { log, share } = partition
      share.expireBelow(log.logStartOffset)
      const end = share.ledger.endOffset
      while (share.scanOffset < end && (await this.scan(partition)));
      share.lookAgain()
    }
    for (const from of this.#all) {
      for (const lane of from.share.ledger.parked) this.parkEverywhere(from, lane)
    }
    this.#isCaughtUp = true
  }

  /** More of the log can be looked at now. */
  mayScan({ log, share }: GroupPartition): boolean {
    const { scanOffset, heldUpCount, ledger } = share
    const isFull = scanOffset - ledger.startOffset >= this.#parts.config.spanMax
    return scanOffset < log.highWatermark && heldUpCount <= HELD_UP_MAX && !isFull
  }

  /** Looks at more of the log. False: there is no more, or it may not go further. */
  async scan(partition: GroupPartition): Promise<boolean> {
    if (!this.mayScan(partition)) return false
    const { log, share } = partition
    const { chunks } = this.#parts
    const { scanOffset } = share
    const isByKey = this.#group.settings.ordering === 'key'
    try {
      const { records, nextOffset } = await chunks.read(log, scanOffset as Offset)
      for (const { offset, key } of records) {
        if (offset < scanOffset) continue
        share.scanned(offset, isByKey && key !== null ? laneKeyOf(key) : null)
      }
      share.scannedTo(nextOffset)
    } catch (error) {
      if (!passOver(share, error, { log, offset: scanOffset })) throw error
    }
    return share.scanOffset > scanOffset
  }

  /** Writes down what was done, all of it or nothing. Durable when it resolves. */
  async save(): Promise<void> {
    const records: RecordContent[] = []
    for (const loaded of this.#loaded.values()) {
      const record = this.#recordOf(loaded)
      if (record !== undefined) records.push(record)
    }
    if (records.length > 0) await this.#parts.store.append(records)
    for (const log of this.#loaded.keys()) this.#begun.add(log)
  }

  /** The next facts of a log, for an append of its own. */
  factsRecord(log: number, facts: readonly ShareFact[]): RecordContent {
    const loaded = this.#loaded.get(log)
    if (loaded === undefined) throw new Error(`Log ${log} is not of this group.`)
    return this.#factsRecord(loaded, facts)
  }

  /** What was done was not written down: all is read again. */
  forget(): void {
    this.#loaded.clear()
    this.#byTopic.clear()
    this.#topicObjects = []
    this.#all = []
  }

  /** What was parked in one partition is so in all of the topic; they may have looked at some of it before. */
  parkEverywhere({ topicId, share }: GroupPartition, lane: LaneKey): void {
    for (const other of this.#byTopic.get(topicId) ?? []) {
      if (other !== share) other.parkedElsewhere(lane)
    }
  }

  isParked(topicId: string, lane: LaneKey): boolean {
    for (const { ledger } of this.#byTopic.get(topicId) ?? []) {
      if (ledger.parked.size > 0 && ledger.parked.has(lane)) return true
    }
    return false
  }

  /** What is to be written of it: its new facts or, in their place, all of its state. */
  #recordOf(loaded: LoadedPartition): RecordContent | undefined {
    const facts = loaded.share.takeFacts()
    const record = facts.length === 0 ? undefined : this.#factsRecord(loaded, facts)
    if (loaded.factsBytes <= Math.max(FACTS_BYTES_MAX, loaded.stateBytes)) return record
    const state = encodeSnapshot(loaded.share.ledger, loaded.firstNumber, loaded.factsNumber)
    loaded.factsBytes = 0
    loaded.stateBytes = state.length
    // One that does not fit is not written: the facts say the same, and it gets shorter.
    if (state.length > this.#parts.config.appendBytesMax / 2) return record
    loaded.firstNumber = loaded.factsNumber + 1
    return this.#parts.store.recordOf(stateKey(this.#group.id, loaded.log.id), state)
  }

  #factsRecord(loaded: LoadedPartition, facts: readonly ShareFact[]): RecordContent {
    const n = ++loaded.factsNumber
    const record = this.#parts.store.factsRecord(this.#group.id, loaded.log.id, n, facts)
    loaded.factsBytes += record.value?.length ?? 0
    return record
  }

  #load(topic: ShareTopic, partition: number, log: Log): LoadedPartition {
    const { store } = this.#parts
    const stored = store.find(this.#group.id, log.id) ?? newPartition(log)
    const { ledger, ...written } = stored
    const share = new SharePartition(ledger, {
      settings: this.#group.settings,
      isHeldUp: (offset, lane) => this.#isHeldUp(topic.id, { partition, offset, lane }),
      isParked: (lane) => this.isParked(topic.id, lane) || ledger.parked.has(lane),
    })
    // Nobody could renew, or acknowledge, while there was no process.
    if (!this.#begun.has(log.id)) share.beginLocksAnew(this.#parts.time.nowMs())
    this.#isCaughtUp = false
    return { topicId: topic.id, partition, log, share, ...written }
  }

  #isHeldUp(
    topicId: string,
    at: { readonly partition: number; readonly offset: number; readonly lane: LaneKey },
  ): boolean {
    const topic = this.#parts.topics.findById(topicId)
    if (topic === undefined || topic.growths.length === 0) return false
    return isHeldUpByGrowth(topic, this.#byTopic.get(topicId) ?? [], at)
  }
}

interface LoadedPartition extends GroupPartition {
  factsNumber: number
  /** Of the first that the next state takes the place of. */
  firstNumber: number
  /** Of the facts since the last state. */
  factsBytes: number
  stateBytes: number
}

/** Damage that a read from `offset` on met is counted, and passed over. False: it is something else. */
export function passOver(
  share: SharePartition,
  error: unknown,
  { log, offset }: { readonly log: Log; readonly offset: number },
): boolean {
  if (!(error instanceof LogError)) return false
  if (error.code === 'OFFSET_OUT_OF_RANGE') {
    // Retention went by, right now.
    share.expireBelow(log.logStartOffset)
    return true
  }
  const { damagedFrom, nextReadableOffset } = error.fields
  if (nextReadableOffset === undefined) return false
  // Nothing is to be read from there up to where it goes on; more of the same batch may be before it.
  share.giveUp(Math.min(offset, damagedFrom ?? offset), nextReadableOffset)
  return true
}

/** A partition that came later is read from its first record. */
function newPartition({ logStartOffset }: Log): StoredPartition {
  const ledger = ShareLedger.startingAt(logStartOffset)
  return { ledger, factsNumber: 0, firstNumber: 1, factsBytes: 0, stateBytes: 0 }
}

/** Facts of so many bytes are kept one by one, or as many as the state has: then it is written anew. */
const FACTS_BYTES_MAX = 64 * 1024
/** Records that wait for a growth to be passed are looked at again and again. */
const HELD_UP_MAX = 10_000
