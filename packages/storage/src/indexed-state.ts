import assert from 'node:assert/strict'
import type { Log } from '@millrace/log/log'
import { encodeBatch } from '@millrace/model/batch-encoding'
import { LogError } from '@millrace/model/log-error'
import { advance, FIRST_OFFSET, type Offset } from '@millrace/model/offset'
import { readBatchHeader } from '@millrace/model/record-batch'
import type { LogRecord, RecordContent } from '@millrace/model/record'
import type { Change, ChangeOutcome } from './change.ts'
import type { IndexTable, LogPosition, TableEntry } from './index-table.ts'
import { readBatches } from './log-records.ts'
import type { Storage } from './storage.ts'
import { UnwrittenChanges, type UnwrittenChunk } from './unwritten-changes.ts'

/** What an internal topic adds up to: each of its records changes some keys. */
export interface StateDefinition {
  /** The internal topic's name, which its table in the index has too. */
  readonly name: string
  readonly log: Log
  /** A function of the record and nothing else: the state must come out the same at every replay. */
  readonly decode: (record: LogRecord) => readonly StateChange[]
}

export interface StateChange {
  /** Printable ASCII, at most 1,900 characters. */
  readonly key: string
  /** Null: the key is removed. */
  readonly value: Uint8Array | null
}

/**
 * The state of one internal topic. The log is the truth; a change is in memory as soon as it is synced, and
 * in LMDB within about a second. No answer waits for LMDB.
 */
export class IndexedState {
  readonly name: string
  readonly log: Log
  readonly #storage: Storage
  readonly #decode: StateDefinition['decode']
  readonly #table: IndexTable
  readonly #wakeIndex: () => void
  readonly #unwritten = new UnwrittenChanges()
  #position: LogPosition
  #writtenOffset: Offset

  constructor(
    storage: Storage,
    definition: StateDefinition,
    table: IndexTable,
    wakeIndex: () => void,
  ) {
    this.name = definition.name
    this.log = definition.log
    this.#storage = storage
    this.#decode = definition.decode
    this.#table = table
    this.#wakeIndex = wakeIndex
    this.#position = table.position() ?? { nextOffset: FIRST_OFFSET, batchCrc: 0 }
    this.#writtenOffset = this.#position.nextOffset
  }

  /** The first offset whose record is not part of the state. */
  get nextOffset(): Offset {
    return this.#position.nextOffset
  }

  get unwrittenCount(): number {
    return this.#unwritten.size
  }

  /** Undefined: there is no such key. CORRUPT_SEGMENT when LMDB answers with what was not put there. */
  get(key: string): Uint8Array | undefined {
    const value = this.#unwritten.get(key)
    return value === undefined ? this.#table.get(key) : (value ?? undefined)
  }

  /** In the order of their bytes: keys that begin with `prefix` and come after `after`. */
  range(query: {
    readonly prefix: string
    readonly after?: string
    readonly limit: number
  }): readonly TableEntry[] {
    const { prefix, after = '', limit } = query
    const found: TableEntry[] = []
    for (const entry of this.#merged(prefix, after)) {
      if (found.length >= limit) break
      found.push(entry)
    }
    return found
  }

  /**
   * Appends `records` in one batch, together with `changes`, all or nothing. They are part of the state when
   * it resolves, with the outcomes of the changes, then of the records.
   */
  async append(
    records: readonly RecordContent[],
    changes: readonly Change[] = [],
  ): Promise<readonly ChangeOutcome[]> {
    this.#expectRoom()
    const bytes = encodeBatch({ records })
    const own = { kind: 'batches', log: this.log.id, bytes } as const
    const outcomes = await this.#storage.append([...changes, own])
    this.#appended(records, bytes, outcomes)
    return outcomes
  }

  /**
   * The same with one record that depends on where the changes before it went. `build` is called once, when the entry
   * is formed; key and value have `maxBytes` at most.
   */
  async appendDerived(
    changes: readonly Change[],
    maxBytes: number,
    build: (outcomes: readonly ChangeOutcome[]) => RecordContent,
  ): Promise<void> {
    this.#expectRoom()
    let built:
      | { readonly records: readonly RecordContent[]; readonly bytes: Uint8Array }
      | undefined
    const own: Change = {
      kind: 'derived',
      log: this.log.id,
      maxBytes: maxBytes + DERIVED_OVERHEAD,
      build: (outcomes) => {
        const records = [build(outcomes)]
        built = { records, bytes: encodeBatch({ records }) }
        return built.bytes
      },
    }
    const outcomes = await this.#storage.append([...changes, own])
    assert(built !== undefined)
    this.#appended(built.records, built.bytes, outcomes)
  }

  /** Applies what the log has beyond the table. `written` makes room in memory. */
  async replay(written: () => Promise<void>): Promise<void> {
    const range = { from: this.nextOffset, to: this.log.highWatermark }
    for await (const { header, records } of readBatches(this.log, range)) {
      const missing = records.filter(({ offset }) => offset >= this.nextOffset)
      const nextOffset = advance(header.lastOffset, 1)
      this.#apply(missing, { nextOffset, batchCrc: header.crc })
      if (this.#unwritten.size >= REPLAYED_AT_ONCE) await written()
    }
  }

  /** Records that cannot be read again are passed over. */
  skipTo(offset: Offset): void {
    assert(offset > this.nextOffset)
    this.#position = { nextOffset: offset, batchCrc: 0 }
  }

  /** What the index writes in its next transaction; none when there is nothing. */
  takeUnwritten(): UnwrittenChunk | undefined {
    return this.#unwritten.take()
  }

  written({ position }: UnwrittenChunk): void {
    this.#unwritten.written()
    this.#writtenOffset = position.nextOffset
  }

  /** Whether LMDB has what the records below `offset` changed. */
  hasWritten(offset: Offset): boolean {
    return this.#writtenOffset >= offset || this.#unwritten.size === 0
  }

  #expectRoom(): void {
    if (this.#unwritten.size <= UNWRITTEN_MAX) return
    throw new LogError('STORAGE_FULL', `${this.name} has ${UNWRITTEN_MAX} changes to write.`)
  }

  /** Appends resolve in the order of their offsets, and nothing else writes to this log. */
  #appended(
    records: readonly RecordContent[],
    bytes: Uint8Array,
    outcomes: readonly ChangeOutcome[],
  ): void {
    const outcome = outcomes.at(-1)
    assert(outcome !== undefined && !outcome.duplicate)
    assert.equal(outcome.baseOffset, this.nextOffset)
    const crc = readBatchHeader(bytes)?.crc
    assert(crc !== undefined)
    const applied = records.map((record, index) => ({
      ...record,
      offset: advance(outcome.baseOffset, index),
    }))
    this.#apply(applied, { nextOffset: advance(outcome.lastOffset, 1), batchCrc: crc })
  }

  #apply(records: readonly LogRecord[], position: LogPosition): void {
    const changes = records.flatMap((record) =>
      this.#decode(record).map(({ key, value }) => [key, value] as const),
    )
    if (changes.length > 0) this.#unwritten.add(changes, position)
    this.#position = position
    this.#wakeIndex()
  }

  *#merged(prefix: string, after: string): Generator<TableEntry> {
    const newer = this.#unwritten.keys(prefix, after).values()
    let unwritten = newer.next().value
    const start = after > prefix ? after : prefix
    for (const entry of this.#table.entries({ start, end: prefix + PAST_EVERY_KEY })) {
      if (entry.key <= after) continue
      while (unwritten !== undefined && unwritten < entry.key) {
        yield* this.#entryOf(unwritten)
        unwritten = newer.next().value
      }
      if (unwritten !== entry.key) yield entry
    }
    while (unwritten !== undefined) {
      yield* this.#entryOf(unwritten)
      unwritten = newer.next().value
    }
  }

  /** None when the key was removed. */
  *#entryOf(key: string): Generator<TableEntry> {
    const value = this.get(key)
    if (value !== undefined) yield { key, value }
  }
}

/** Of a batch with one record: its header, and what stands around key and value. */
const DERIVED_OVERHEAD = 128
/** Above it the index is told to write at once. */
export const UNWRITTEN_SOON = 2_048
const REPLAYED_AT_ONCE = UNWRITTEN_SOON
/** What LMDB, on a full disk, may lag behind before changes are refused. */
const UNWRITTEN_MAX = 500_000
/** Above every character of a key. */
const PAST_EVERY_KEY = '\x7f'
