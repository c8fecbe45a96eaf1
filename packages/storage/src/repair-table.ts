import type { EntryItem } from '@millrace/journal/entry'
import type { JournalEntry } from '@millrace/journal/reader'
import type { LogId } from '@millrace/log/log'
import { headersOf } from '@millrace/log/log-end'
import type { Offset } from '@millrace/model/offset'
import type { Checkpoint, NamedLog } from './checkpoint.ts'
import { decodeCreation, type HighestNumbers, type LogCreation } from './log-creation.ts'
import type { RemovedLog, StoreCounters } from './log-table.ts'

/** A log, and all that is whole in the journal for it. */
export interface LogToRepair {
  readonly named: NamedLog
  logStartOffset: Offset
  /** It went at least so far: something that is whole says so. */
  knownEnd: Offset
  /** Batches from the journal, ascending by base offset; what is missing between them is missing. */
  readonly items: EntryItem[]
}

/** An item that belongs to no log that is known, as when the entry that created it is gone. */
export interface UnplacedItem {
  readonly sequence: number
  readonly item: EntryItem
}

/** What logs there are, and what for each, from entries of which some may be missing. Changes nothing on disk. */
export class SalvagedLogs {
  readonly unplaced: UnplacedItem[] = []
  readonly #logs = new Map<number, LogToRepair>()
  readonly #removed = new Map<LogId, RemovedLog>()
  #counters: StoreCounters

  constructor(checkpoint: Checkpoint) {
    for (const log of checkpoint.logs) this.#add(log)
    for (const removed of checkpoint.removed) this.#removed.set(removed.id, removed)
    const { nextLogId, leaderEpoch, highestProducerId } = checkpoint
    this.#counters = { nextLogId, leaderEpoch, highestProducerId }
  }

  get logs(): Iterable<LogToRepair> {
    return this.#logs.values()
  }

  get removed(): Iterable<RemovedLog> {
    return this.#removed.values()
  }

  get counters(): StoreCounters {
    return this.#counters
  }

  /** False, and nothing, when the id or the name is another log's. */
  create({ highest, place }: LogCreation): boolean {
    if (this.#logs.has(place.id)) return false
    for (const { named } of this.#logs.values()) if (named.name === place.name) return false
    this.#add({ ...place, stateFiles: [] })
    this.#raise(highest, place.id)
    return true
  }

  take({ items, sequence }: JournalEntry): void {
    for (const item of items) {
      if (!this.#takeItem(item)) this.unplaced.push({ sequence, item })
    }
  }

  /**
   * A damaged entry seems to have given these offsets, and they are the very next: they are not given again. After
   * all entries that are whole.
   */
  hint(item: EntryItem): void {
    const log = this.#logs.get(item.log)
    if (item.kind !== 'batches' || log?.knownEnd !== item.baseOffset) return
    log.knownEnd = nextOffsetAfter(item) ?? log.knownEnd
  }

  #add(named: NamedLog): void {
    const { end, id, logStartOffset } = named
    this.#logs.set(id, { named, logStartOffset, knownEnd: end.logEndOffset, items: [] })
  }

  #takeItem(item: EntryItem): boolean {
    if (item.kind === 'createLog') return this.#create(item)
    const log = this.#logs.get(item.log)
    if (log === undefined) return false
    switch (item.kind) {
      case 'removeLog': {
        const { id, name: directory } = log.named
        this.#logs.delete(id)
        this.#removed.set(id, { id, directory })
        return true
      }
      case 'logStart':
        log.logStartOffset = maxOf(log.logStartOffset, item.baseOffset)
        log.knownEnd = maxOf(log.knownEnd, item.baseOffset)
        return true
      case 'batches': {
        const next = nextOffsetAfter(item)
        if (next === undefined) return false
        log.items.push(item)
        log.knownEnd = maxOf(log.knownEnd, next)
        return true
      }
    }
  }

  #create(item: EntryItem): boolean {
    const creation = decodeCreation(item.log, item.bytes)
    return creation !== undefined && this.create(creation)
  }

  #raise({ leaderEpoch, producerId }: HighestNumbers, id: LogId): void {
    const { highestProducerId, leaderEpoch: epoch, nextLogId } = this.#counters
    this.#counters = {
      nextLogId: Math.max(nextLogId, id + 1),
      leaderEpoch: Math.max(epoch, leaderEpoch + 1),
      highestProducerId: Math.max(highestProducerId, producerId),
    }
  }
}

/** Undefined when these are not whole batches in a dense row from the item's base offset. */
function nextOffsetAfter({ baseOffset, bytes }: EntryItem): Offset | undefined {
  let next = baseOffset
  for (const header of headersOf(bytes) ?? []) {
    if (header.baseOffset !== next) return undefined
    next = (header.lastOffset + 1) as Offset
  }
  return next === baseOffset ? undefined : next
}

function maxOf(left: Offset, right: Offset): Offset {
  return left > right ? left : right
}
