import assert from 'node:assert/strict'
import type { Log, LogId } from '@millrace/log/log'
import { headersOf } from '@millrace/log/log-end'
import { decodeRecords } from '@millrace/model/batch-decoding'
import { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'
import type { ChangeOutcome } from '../src/change.ts'
import type { Storage } from '../src/storage.ts'

/** One batch of an append: the values of its records, each of which is appended once in all lives. */
export interface SentBatch {
  readonly log: LogId
  readonly values: readonly string[]
}

interface SentAppend {
  readonly batches: readonly SentBatch[]
  /** `open`: no answer yet, or an unknown one. */
  answer: 'open' | 'refused' | { readonly outcomes: readonly ChangeOutcome[] }
}

/**
 * What was asked of a store over several lives and what it answered; and whether what it holds now agrees:
 * nothing acknowledged is lost, nothing half of an append is there, no offset means two things, nothing comes
 * twice or from nowhere, and what a reader saw is still there.
 */
export class StoreHistory {
  readonly #appends: SentAppend[] = []
  readonly #starts = new Map<LogId, { acknowledged: number; attempted: number }>()
  readonly #logs = new Map<LogId, 'open' | 'made' | 'removing' | 'removed'>()
  /** What was read or acknowledged, by log and offset. */
  readonly #seen = new Map<string, string>()
  /** The other way round: every value is sent once. */
  readonly #placeOf = new Map<string, string>()
  #values = 0

  nextValue(): string {
    return `value-${this.#values++}`
  }

  get logs(): readonly LogId[] {
    return [...this.#logs].flatMap(([id, state]) => (state === 'made' ? [id] : []))
  }

  /** In all lives. */
  get acknowledgedRecords(): number {
    const acknowledged = this.#appends.filter(({ answer }) => typeof answer === 'object')
    const batches = acknowledged.flatMap((append) => append.batches)
    return batches.reduce((sum, { values }) => sum + values.length, 0)
  }

  async create(id: LogId, answer: Promise<unknown>): Promise<void> {
    this.#logs.set(id, 'open')
    await answer
    this.#logs.set(id, 'made')
  }

  async remove(id: LogId, answer: Promise<unknown>): Promise<void> {
    this.#logs.set(id, 'removing')
    await answer
    this.#logs.set(id, 'removed')
  }

  async trim(id: LogId, offset: Offset, answer: Promise<unknown>): Promise<void> {
    const start = this.#startOf(id)
    start.attempted = Math.max(start.attempted, offset)
    await answer
    start.acknowledged = Math.max(start.acknowledged, offset)
  }

  async append(
    batches: readonly SentBatch[],
    answer: Promise<readonly ChangeOutcome[]>,
  ): Promise<void> {
    const sent: SentAppend = { batches, answer: 'open' }
    this.#appends.push(sent)
    try {
      sent.answer = { outcomes: await answer }
    } catch (error) {
      const isRefused = error instanceof LogError && error.fields.appended === false
      sent.answer = isRefused ? 'refused' : 'open'
      throw error
    }
  }

  /** A reader looks, while the store is running. */
  async look(log: Log): Promise<void> {
    for (const [offset, value] of await readAll(log)) this.#see(log.id, offset, value)
  }

  /** After a start: is everything as it must be? */
  async check(storage: Storage): Promise<void> {
    const places = new Map<string, string>()
    for (const [id, state] of this.#logs) {
      const log = storage.log(id)
      if (log === undefined) {
        assert(state === 'open' || state === 'removing' || state === 'removed', `log ${id} is lost`)
        this.#logs.set(id, 'removed')
        continue
      }
      assert(state !== 'removed', `log ${id} came back`)
      this.#logs.set(id, 'made')
      this.#checkStart(log)
      for (const [offset, value] of await readAll(log)) {
        assert(!places.has(value), `${value} is there twice`)
        places.set(value, `${id} ${offset}`)
        this.#see(id, offset, value)
      }
    }
    this.#checkSeen(storage, places)
    for (const append of this.#appends) this.#checkAppend(storage, append, places)
  }

  #checkStart(log: Log): void {
    const start = this.#startOf(log.id)
    assert(log.logStartOffset >= start.acknowledged, 'a trim is undone')
    assert(log.logStartOffset <= start.attempted, 'more was trimmed than was asked for')
    assert(log.highWatermark === log.logEndOffset)
    start.acknowledged = log.logStartOffset
    start.attempted = log.logStartOffset
  }

  #checkAppend(storage: Storage, append: SentAppend, places: ReadonlyMap<string, string>): void {
    const found = append.batches.flatMap(({ log: id, values }) => {
      const log = storage.log(id)
      // Of what may have been trimmed or removed, nothing can be said.
      if (log === undefined || values.some((value) => this.#mayBeTrimmed(log, value))) return []
      return values.map((value) => places.has(value))
    })
    const isThere = found.every(Boolean)
    const isAbsent = !found.some(Boolean)
    if (append.answer === 'open') assert(isThere || isAbsent, 'half of an append is there')
    else if (append.answer === 'refused') assert(isAbsent, 'a refused append is there')
    else assert(isThere, `an acknowledged append is lost: ${JSON.stringify(append)}`)
  }

  #mayBeTrimmed(log: Log, value: string): boolean {
    const place = this.#placeOf.get(value)
    if (place === undefined) return log.logStartOffset > 0
    return Number(place.split(' ')[1]) < log.logStartOffset
  }

  #checkSeen(storage: Storage, places: ReadonlyMap<string, string>): void {
    for (const [place, value] of this.#seen) {
      const [id, offset] = place.split(' ').map(Number)
      const log = storage.log(id as LogId)
      if (log === undefined || (offset ?? 0) < log.logStartOffset) continue
      assert.equal(places.get(value), place, `${value} was seen and is not there`)
    }
  }

  /** One offset never means two things. */
  #see(id: LogId, offset: number, value: string): void {
    const place = `${id} ${offset}`
    const before = this.#seen.get(place)
    assert(before === undefined || before === value, `offset ${place} was ${before}, is ${value}`)
    this.#seen.set(place, value)
    this.#placeOf.set(value, place)
  }

  /** What is acknowledged now is to be at its offsets from here on. */
  noteAcknowledged(): void {
    for (const { answer, batches } of this.#appends) {
      if (typeof answer === 'string') continue
      for (const [index, { log, values }] of batches.entries()) {
        const outcome: ChangeOutcome | undefined = answer.outcomes[index]
        assert(outcome !== undefined)
        assert.equal(outcome.lastOffset - outcome.baseOffset + 1, values.length)
        values.forEach((value, at) => this.#see(log, outcome.baseOffset + at, value))
      }
    }
  }

  #startOf(id: LogId): { acknowledged: number; attempted: number } {
    const start = this.#starts.get(id) ?? { acknowledged: 0, attempted: 0 }
    this.#starts.set(id, start)
    return start
  }
}

/** Every record from the log start on; offsets must be dense. */
async function readAll(log: Log): Promise<readonly (readonly [number, string])[]> {
  const found: [number, string][] = []
  let next: Offset = log.logStartOffset
  let expected: number = log.logStartOffset
  while (next < log.highWatermark) {
    const read = await log.read(next, { maxBytes: 4096 })
    for (const record of read.pieces.flatMap(recordsOf)) {
      if (record.offset < next) continue
      assert.equal(record.offset, expected, 'a gap')
      const value = Buffer.from(record.value ?? []).toString()
      found.push([record.offset, value.trimEnd()])
      expected++
    }
    assert(read.nextOffset > next)
    next = read.nextOffset
  }
  return found
}

function recordsOf(piece: Uint8Array) {
  let at = 0
  return (headersOf(piece) ?? []).flatMap((header) => {
    const records = decodeRecords(piece, at, header, { maxBytes: 1_000_000 })
    at += header.sizeInBytes
    return records
  })
}
