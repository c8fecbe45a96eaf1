import type { Log, LogId } from '@millrace/log/log'
import { LogError } from '@millrace/model/log-error'
import { advance, type Offset } from '@millrace/model/offset'
import type { BatchHeader } from '@millrace/model/record-batch'
import type { AppendBatches, ChangeOutcome } from './change.ts'
import type { LogTable } from './log-table.ts'
import type { AppendPart, WaitingAppend } from './waiting-append.ts'

/** What an entry is to do with one part: write it, or answer as its first copy was answered. */
export type PartDecision =
  | { readonly kind: 'write' }
  | { readonly kind: 'repeat'; readonly outcome: ChangeOutcome }

/**
 * Looks at a whole append before any of it is placed, so that all of it is written or none. Changes nothing.
 * Throws what the append is refused with.
 */
export function checkAppend(table: LogTable, append: WaitingAppend): readonly PartDecision[] {
  const check = new AppendCheck(table)
  const decisions: PartDecision[] = []
  for (const [index, part] of append.parts.entries()) {
    decisions.push(besides(part, decisions) ?? check.decide(part, index))
  }
  return decisions
}

/** Undefined unless it goes with a part that is a repeat. */
function besides(
  { change }: AppendPart,
  before: readonly PartDecision[],
): PartDecision | undefined {
  if (change.kind !== 'batches' || change.repeatsWith === undefined) return undefined
  const decision = before[change.repeatsWith]
  return decision?.kind === 'repeat' ? decision : undefined
}

const WRITE: PartDecision = { kind: 'write' }

/** What the parts so far would do. */
class AppendCheck {
  readonly #table: LogTable
  readonly #ends = new Map<LogId, Offset>()
  readonly #created = new Set<LogId>()
  readonly #removed = new Set<LogId>()
  /** The last batch of each producer in this append, by log and producer id. */
  readonly #lastOfProducer = new Map<string, BatchHeader>()

  constructor(table: LogTable) {
    this.#table = table
  }

  decide(part: AppendPart, index: number): PartDecision {
    const { change } = part
    switch (change.kind) {
      case 'create': {
        if (this.#table.prepared(change.log) === undefined) throw unknownLog(change.log, index)
        this.#created.add(change.log)
        return WRITE
      }
      case 'remove': {
        this.#expectLog(change.log, index)
        this.#removed.add(change.log)
        return WRITE
      }
      case 'logStart': {
        this.#expectWithinLog(change.log, change.logStartOffset, index)
        return WRITE
      }
      case 'derived': {
        this.#expectLog(change.log, index)
        return WRITE
      }
      case 'batches': {
        this.#expectLog(change.log, index)
        return this.#decideBatches(change, part.headers, index)
      }
    }
  }

  #decideBatches(
    { log: id, expectedLogEndOffset, refusal }: AppendBatches,
    headers: readonly BatchHeader[],
    index: number,
  ): PartDecision {
    const logEndOffset = this.#endOf(id)
    const log = this.#table.find(id)
    const repeats = headers.flatMap((header) => {
      const repeat = header.producerId < 0 ? undefined : this.#repeatOf(id, log, header)
      return repeat === undefined ? [] : [repeat]
    })
    const [first] = repeats
    const last = repeats.at(-1)
    if (first !== undefined && last !== undefined) {
      if (repeats.length < headers.length) throw mixed(index)
      const { baseOffset, appendTime } = first
      const outcome = { baseOffset, lastOffset: last.lastOffset, duplicate: true }
      return {
        kind: 'repeat',
        outcome: appendTime === undefined ? outcome : { ...outcome, appendTime },
      }
    }
    // After the repeats: a retry must not fail because its first try succeeded.
    if (refusal !== undefined) throw refusal
    if (expectedLogEndOffset !== undefined && expectedLogEndOffset !== logEndOffset) {
      throw new LogError(
        'LOG_END_OFFSET_MISMATCH',
        `It ends at ${logEndOffset}, not at ${expectedLogEndOffset}.`,
        { logEndOffset, index, appended: false },
      )
    }
    let end = logEndOffset
    for (const header of headers) end = advance(end, header.lastOffsetDelta + 1)
    this.#ends.set(id, end)
    return WRITE
  }

  #repeatOf(id: LogId, log: Log | undefined, header: BatchHeader): ChangeOutcome | undefined {
    const key = `${id} ${header.producerId}`
    const before = this.#lastOfProducer.get(key)
    if (before !== undefined) {
      this.#lastOfProducer.set(key, header)
      expectNextSequence(before, header)
      return undefined
    }
    const decision = log?.checkProducer(header) ?? { kind: 'append' }
    if (decision.kind === 'append') {
      this.#lastOfProducer.set(key, header)
      return undefined
    }
    const { baseOffset, lastOffset, maxTimestamp } = decision
    const outcome = { baseOffset, lastOffset, duplicate: true }
    const isTimed = log?.config.messageTimestampType === 'LogAppendTime'
    return isTimed ? { ...outcome, appendTime: maxTimestamp } : outcome
  }

  #expectLog(id: LogId, index: number): void {
    const isKnown = this.#table.find(id) !== undefined || this.#created.has(id)
    const isLeaving = this.#removed.has(id) || this.#table.isRemoving(id)
    if (!isKnown || isLeaving) throw unknownLog(id, index)
  }

  #expectWithinLog(id: LogId, offset: Offset, index: number): void {
    this.#expectLog(id, index)
    const logEndOffset = this.#endOf(id)
    if (offset <= logEndOffset) return
    throw new LogError('OFFSET_OUT_OF_RANGE', `The log ends at ${logEndOffset}.`, {
      logEndOffset,
      index,
      appended: false,
    })
  }

  #endOf(id: LogId): Offset {
    const log = this.#table.find(id)
    const start = log?.logEndOffset ?? this.#table.prepared(id)?.opening.end.logEndOffset
    return this.#ends.get(id) ?? start ?? (0 as Offset)
  }
}

/** Kafka's sequences go on at 0 after 2^31 - 1. */
function expectNextSequence(before: BatchHeader, next: BatchHeader): void {
  const expectedSequence = (before.baseSequence + before.lastOffsetDelta + 1) % SEQUENCES
  const isNext =
    next.producerEpoch === before.producerEpoch && next.baseSequence === expectedSequence
  if (isNext) return
  throw new LogError(
    'OUT_OF_ORDER_SEQUENCE',
    `Sequence ${next.baseSequence} does not follow the batch before it.`,
    { expectedSequence, appended: false },
  )
}

function mixed(index: number): LogError {
  return new LogError(
    'OUT_OF_ORDER_SEQUENCE',
    'Some of these batches were appended before and some were not: send the new ones alone.',
    { index, appended: false },
  )
}

function unknownLog(id: LogId, index: number): LogError {
  return new LogError('UNKNOWN_TOPIC_OR_PARTITION', `There is no log ${id}.`, {
    index,
    appended: false,
  })
}

const SEQUENCES = 2 ** 31
