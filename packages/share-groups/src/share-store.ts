import type { Clock } from '@millrace/disk/clock'
import type { RecordContent } from '@millrace/model/record'
import type { Change, ChangeOutcome } from '@millrace/storage/change'
import type { IndexedState } from '@millrace/storage/indexed-state'
import { secretOf } from '@millrace/storage/state-secret'
import { textRecord } from '@millrace/storage/state-text'
import type { LaneKey } from './lane-key.ts'
import type { ShareFact } from './share-fact.ts'
import {
  decodeFacts,
  decodeLetter,
  decodeShareGroup,
  encodeFacts,
  encodeShareGroup,
  factsKey,
  factsPrefix,
  type FoundLetter,
  letterPrefix,
  SHARE_GROUP_PREFIX,
  shareGroupKey,
  stateKey,
} from './share-record.ts'
import { ShareLedger } from './share-ledger.ts'
import type { ShareGroup } from './share-settings.ts'
import { decodeSnapshot } from './share-snapshot.ts'

/** A partition as it is stored. */
export interface StoredPartition {
  readonly ledger: ShareLedger
  /** Of its last facts. */
  readonly factsNumber: number
  /** Of the first facts that no state has taken in. */
  readonly firstNumber: number
  /** Of all facts from there on. */
  readonly factsBytes: number
  readonly stateBytes: number
}

/** Share groups and what is settled in them, as records of `__share`: durable when an answer is given. */
export class ShareStore {
  readonly #state: IndexedState
  readonly #clock: Clock

  constructor(state: IndexedState, clock: Clock) {
    this.#state = state
    this.#clock = clock
  }

  /** What seals receipts: drawn once in a store's life. */
  secret(): Promise<Uint8Array> {
    return secretOf(this.#state, this.#clock)
  }

  *groups(): Generator<{ readonly name: string; readonly group: ShareGroup }> {
    for (const { key, value } of this.#pages(SHARE_GROUP_PREFIX)) {
      yield { name: key.slice(SHARE_GROUP_PREFIX.length), group: decodeShareGroup(key, value) }
    }
  }

  groupRecord(name: string, group: ShareGroup | null): RecordContent {
    return this.recordOf(shareGroupKey(name), group === null ? null : encodeShareGroup(group))
  }

  factsRecord(groupId: string, log: number, n: number, facts: readonly ShareFact[]): RecordContent {
    return this.recordOf(factsKey(groupId, log, n), encodeFacts(facts))
  }

  recordOf(key: string, value: Uint8Array | null): RecordContent {
    return textRecord(this.#clock, key, value)
  }

  /** All of it, or nothing. */
  append(
    records: readonly RecordContent[],
    changes: readonly Change[] = [],
  ): Promise<readonly ChangeOutcome[]> {
    return this.#state.append(records, changes)
  }

  /** The same with one record that says where the changes before it went. */
  appendDerived(
    changes: readonly Change[],
    maxBytes: number,
    build: (outcomes: readonly ChangeOutcome[]) => RecordContent,
  ): Promise<void> {
    return this.#state.appendDerived(changes, maxBytes, build)
  }

  /** Undefined: the group knows nothing of that log. */
  find(groupId: string, log: number): StoredPartition | undefined {
    const key = stateKey(groupId, log)
    const value = this.#state.get(key)
    const snapshot = value === undefined ? undefined : decodeSnapshot(key, value)
    const ledger = snapshot?.ledger ?? ShareLedger.startingAt(0)
    let factsNumber = snapshot?.upTo ?? 0
    const firstNumber = factsNumber + 1
    let factsBytes = 0
    for (const entry of this.#pages(factsPrefix(groupId, log))) {
      for (const fact of decodeFacts(entry.key, entry.value)) ledger.apply(fact)
      factsNumber = Number(entry.key.slice(entry.key.lastIndexOf(' ') + 1))
      factsBytes += entry.value.length
    }
    if (factsNumber === 0 && snapshot === undefined) return undefined
    return { ledger, factsNumber, firstNumber, factsBytes, stateBytes: value?.length ?? 0 }
  }

  /** Copies in dead-letter topics that were not redriven, key by key in their order: a page at a time. */
  async *letters(groupId: string, lane?: LaneKey): AsyncGenerator<readonly FoundLetter[]> {
    const prefix = letterPrefix(groupId, lane)
    let after: string | undefined
    for (;;) {
      const page = this.#state.range({ prefix, limit: PAGE, ...(after !== undefined && { after }) })
      yield page.map(({ key, value }) => decodeLetter(key, value))
      after = page.at(-1)?.key
      if (page.length < PAGE) return
      // Others are not kept waiting by a long list.
      await endOfTurn()
    }
  }

  /** What is left of groups that are not there any more. */
  async removeLeftovers(ids: ReadonlySet<string>): Promise<void> {
    for (const kind of KINDS) {
      for (const id of this.#idsOf(kind)) if (!ids.has(id)) await this.removeGroup(id)
    }
  }

  /** All that a group knows. Some at a time: the group is gone already. */
  async removeGroup(id: string): Promise<void> {
    for (const kind of KINDS) await this.#removeAll(`${kind} ${id} `, () => true)
  }

  /** What a group knows of logs that it does not read any more. */
  async removePartitions(groupId: string, logs: readonly number[]): Promise<void> {
    if (logs.length === 0) return
    for (const log of logs) {
      const key = stateKey(groupId, log)
      await this.#removeAll(factsPrefix(groupId, log), () => true)
      if (this.#state.get(key) !== undefined) await this.append([this.recordOf(key, null)])
    }
    const gone = new Set(logs)
    await this.#removeAll(letterPrefix(groupId), (letter) => gone.has(sourceLogIn(letter)))
  }

  async #removeAll(prefix: string, isMeant: (key: string) => boolean): Promise<void> {
    let after: string | undefined
    for (;;) {
      const page = this.#state.range({ prefix, limit: PAGE, ...(after !== undefined && { after }) })
      const records = page
        .filter(({ key }) => isMeant(key))
        .map(({ key }) => this.recordOf(key, null))
      if (records.length > 0) await this.append(records)
      after = page.at(-1)?.key
      if (page.length < PAGE) return
      await endOfTurn()
    }
  }

  /** Of all groups that something of that kind is known of, skipping from one to the next. */
  *#idsOf(kind: string): Generator<string> {
    let after: string | undefined
    for (;;) {
      const query = { prefix: `${kind} `, limit: 1, ...(after !== undefined && { after }) }
      const [next] = this.#state.range(query)
      if (next === undefined) return
      const [, id = ''] = next.key.split(' ')
      yield id
      after = `${kind} ${id}${PAST_SPACE}`
    }
  }

  *#pages(prefix: string): Generator<{ readonly key: string; readonly value: Uint8Array }> {
    let after: string | undefined
    for (;;) {
      const query = { prefix, limit: PAGE, ...(after !== undefined && { after }) }
      const page = this.#state.range(query)
      yield* page
      after = page.at(-1)?.key
      if (page.length < PAGE) return
    }
  }
}

const PAGE = 1_000
/** Of what is known of a group, beside itself. */
const KINDS = ['facts', 'state', 'letter'] as const
/** Comes after a space, and before all that ids are made of. */
const PAST_SPACE = '!'

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function sourceLogIn(letter: string): number {
  return Number(letter.split(' ')[3])
}
