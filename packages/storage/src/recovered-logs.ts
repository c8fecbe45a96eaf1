import type { EntryItem, ItemKind } from '@millrace/journal/entry'
import type { JournalEntry } from '@millrace/journal/reader'
import type { LogId } from '@millrace/log/log'
import { endAfter, type LogEnd } from '@millrace/log/log-end'
import type { Offset } from '@millrace/model/offset'
import type { Checkpoint } from './checkpoint.ts'
import { decodeCreation, type LogCreation } from './log-creation.ts'
import type { LogPlace } from './log-place.ts'
import type { RemovedLog } from './log-table.ts'

/** A log as the checkpoint and the entries after it say that it is. */
export interface RecoveredLog {
  readonly id: LogId
  /** Its directory below `topics/`. */
  readonly name: string
  logStartOffset: Offset
  end: LogEnd
  /** As the checkpoint, or the entry that made it, says that it was. */
  readonly origin: LogPlace
  /** The segments that entries wrote to: how long each is, by base offset. */
  readonly written: Map<Offset, number>
  /** How an entry made it; undefined when the checkpoint names it. */
  readonly creation: LogCreation | undefined
}

/** An item that does not go on where its log ends: something before it is missing. */
export interface Misfit {
  readonly kind: ItemKind
  readonly log: number
  /** Undefined when no such log is known. */
  readonly name: string | undefined
  readonly baseOffset: Offset
  readonly logEndOffset: Offset | undefined
}

/** What all logs come to, entry by entry. Changes nothing on disk. */
export class RecoveredLogs {
  readonly #logs = new Map<number, RecoveredLog>()
  readonly #removed = new Map<LogId, RemovedLog>()
  #nextId: number

  constructor(checkpoint: Checkpoint) {
    for (const log of checkpoint.logs) this.#begin(log, undefined)
    for (const removed of checkpoint.removed) this.#removed.set(removed.id, removed)
    this.#nextId = checkpoint.nextLogId
  }

  get logs(): Iterable<RecoveredLog> {
    return this.#logs.values()
  }

  get removed(): Iterable<RemovedLog> {
    return this.#removed.values()
  }

  get nextId(): number {
    return this.#nextId
  }

  find(id: number): RecoveredLog | undefined {
    return this.#logs.get(id)
  }

  /** Undefined when every item fits; else the first that does not, with those before it taken. */
  take(entry: Pick<JournalEntry, 'items'>): Misfit | undefined {
    const item = entry.items.find((next) => !this.#takeItem(next))
    if (item === undefined) return undefined
    const log = this.find(item.log)
    return {
      kind: item.kind,
      log: item.log,
      name: log?.name,
      baseOffset: item.baseOffset,
      logEndOffset: log?.end.logEndOffset,
    }
  }

  #takeItem(item: EntryItem): boolean {
    if (item.kind === 'createLog') return this.#create(item)
    const log = this.find(item.log)
    if (log === undefined) return false
    switch (item.kind) {
      case 'removeLog':
        this.#logs.delete(log.id)
        this.#removed.set(log.id, { id: log.id, directory: log.name })
        return true
      case 'logStart':
        if (item.baseOffset > log.end.logEndOffset) return false
        log.logStartOffset = item.baseOffset
        return true
      case 'batches': {
        const end = endAfter(log.end, item)
        if (end === undefined) return false
        log.end = end
        log.written.set(end.segment, end.bytes)
        return true
      }
    }
  }

  #create(item: EntryItem): boolean {
    const creation = decodeCreation(item.log, item.bytes)
    if (creation === undefined || this.#logs.has(item.log)) return false
    this.#begin(creation.place, creation)
    this.#nextId = Math.max(this.#nextId, creation.place.id + 1)
    return true
  }

  #begin(origin: LogPlace, creation: LogCreation | undefined): void {
    const { end, id, logStartOffset, name } = origin
    this.#logs.set(id, { id, name, logStartOffset, end, origin, written: new Map(), creation })
  }
}
