import assert from 'node:assert/strict'
import type { EntryBuilder } from '@millrace/journal/entry-builder'
import type { Log } from '@millrace/log/log'
import { headersOf } from '@millrace/log/log-end'
import { advance, FIRST_OFFSET, type Offset, type Position } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import { checkAppend, type PartDecision } from './append-check.ts'
import type { Change, ChangeOutcome } from './change.ts'
import { encodeCreation } from './log-creation.ts'
import type { LogTable } from './log-table.ts'
import type { WaitingAppend } from './waiting-append.ts'

/** The appends of one entry, and what is to happen once it is synced. */
export interface FormedEntry {
  readonly answers: readonly {
    readonly append: WaitingAppend
    readonly outcomes: readonly ChangeOutcome[]
  }[]
  readonly refusals: readonly { readonly append: WaitingAppend; readonly error: unknown }[]
  /** Logs that have new batches. */
  readonly touched: ReadonlySet<Log>
  readonly logStarts: ReadonlyMap<Log, Offset>
  readonly removed: readonly Log[]
}

export interface EntryContext {
  readonly table: LogTable
  readonly builder: EntryBuilder
  readonly nowMs: number
}

/** Checks the appends in their order, and stamps, places and adds to the entry what is not refused. */
export function formEntry(waiting: readonly WaitingAppend[], context: EntryContext): FormedEntry {
  const forming = new FormingEntry(context)
  for (const append of waiting) forming.take(append)
  return forming
}

class FormingEntry implements FormedEntry {
  readonly answers: { append: WaitingAppend; outcomes: readonly ChangeOutcome[] }[] = []
  readonly refusals: { append: WaitingAppend; error: unknown }[] = []
  readonly touched = new Set<Log>()
  readonly logStarts = new Map<Log, Offset>()
  readonly removed: Log[] = []
  readonly #context: EntryContext

  constructor(context: EntryContext) {
    this.#context = context
  }

  take(append: WaitingAppend): void {
    let decisions: readonly PartDecision[]
    try {
      decisions = checkAppend(this.#context.table, append)
    } catch (error) {
      this.refusals.push({ append, error })
      return
    }
    // From here on nothing fails: the append is in the entry, whole.
    const outcomes: ChangeOutcome[] = []
    for (const [index, { change, headers }] of append.parts.entries()) {
      const decision = decisions[index]
      assert(decision !== undefined)
      outcomes.push(
        decision.kind === 'repeat' ? decision.outcome : this.#write(change, headers, outcomes),
      )
    }
    this.answers.push({ append, outcomes })
  }

  #write(
    change: Change,
    headers: readonly BatchHeader[],
    outcomes: readonly ChangeOutcome[],
  ): ChangeOutcome {
    const { builder, table } = this.#context
    switch (change.kind) {
      case 'batches':
        return this.#writeBatches(change.log, change.bytes, headers)
      case 'derived': {
        const bytes = change.build(outcomes)
        assert(bytes.length <= change.maxBytes)
        const derived = headersOf(bytes)
        assert(derived !== undefined && derived.length > 0)
        return this.#writeBatches(change.log, bytes, derived)
      }
      case 'logStart': {
        const log = this.#log(change.log)
        if (change.logStartOffset > this.#logStartOf(log)) {
          builder.add(itemOf('logStart', log.id, change.logStartOffset), NO_BYTES)
          this.logStarts.set(log, change.logStartOffset)
        }
        return outcomeOf(log)
      }
      case 'create': {
        const prepared = table.prepared(change.log)
        assert(prepared !== undefined)
        const creation = encodeCreation({ place: prepared.opening, highest: prepared.highest })
        builder.add(itemOf('createLog', change.log, FIRST_OFFSET), creation)
        return outcomeOf(table.create(change.log))
      }
      case 'remove': {
        const log = this.#log(change.log)
        builder.add(itemOf('removeLog', log.id, FIRST_OFFSET), NO_BYTES)
        table.beginRemoval(log)
        this.removed.push(log)
        return outcomeOf(log)
      }
    }
  }

  #writeBatches(id: Log['id'], bytes: Uint8Array, headers: readonly BatchHeader[]): ChangeOutcome {
    const log = this.#log(id)
    const { builder, nowMs, table } = this.#context
    const runs = log.place(headers, nowMs)
    let at = 0
    for (const run of runs) {
      const item = { kind: 'batches', log: id, ...run } as const
      const placed = builder.add(item, bytes.subarray(at, at + run.length))
      log.hold(run, placed, table.leaderEpoch)
      at += run.length
    }
    this.touched.add(log)
    const first = runs[0]?.batches[0]
    assert(first !== undefined && at === bytes.length)
    const { baseOffset, appendTime } = first
    const lastOffset = advance(log.logEndOffset, -1)
    const outcome = { baseOffset, lastOffset, duplicate: false }
    return appendTime === undefined ? outcome : { ...outcome, appendTime }
  }

  #log(id: Log['id']): Log {
    const log = this.#context.table.find(id)
    assert(log !== undefined)
    return log
  }

  #logStartOf(log: Log): Offset {
    return this.logStarts.get(log) ?? log.logStartOffset
  }
}

function itemOf(kind: 'logStart' | 'createLog' | 'removeLog', log: number, baseOffset: Offset) {
  return { kind, log, baseOffset, segment: FIRST_OFFSET, position: 0 as Position }
}

function outcomeOf(log: Log): ChangeOutcome {
  return { baseOffset: log.logEndOffset, lastOffset: log.logEndOffset, duplicate: false }
}

const NO_BYTES = new Uint8Array(0)
