import type { LogConfig } from '@millrace/log/config'
import type { LogId } from '@millrace/log/log'
import type { LogError } from '@millrace/model/log-error'
import type { Offset } from '@millrace/model/offset'

/**
 * One part of an append. All the changes of one append are in one journal entry: after a crash at any
 * moment all of them are there or none is.
 */
export type Change = AppendBatches | AppendDerived | RaiseLogStart | CreateLog | RemoveLog

/** Record batches for one log, concatenated, checked, all magic 2. They get the next offsets. */
export interface AppendBatches {
  readonly kind: 'batches'
  readonly log: LogId
  readonly bytes: Uint8Array
  /** LOG_END_OFFSET_MISMATCH, and nothing of the append, unless the log ends there when the entry is formed. */
  readonly expectedLogEndOffset?: Offset
  /** The place of a change before it, of the same append: when that is a repeat, this is not written either. */
  readonly repeatsWith?: number
  /** They may not be written: unless they are a repeat, this is what the append is refused with. */
  readonly refusal?: LogError
}

/**
 * A batch that depends on where the changes before it in the same append went (an idempotency record that
 * holds the answer). `build` is called once, when the entry is formed; it must be quick and not throw.
 */
export interface AppendDerived {
  readonly kind: 'derived'
  readonly log: LogId
  /** No more than this many bytes may come. */
  readonly maxBytes: number
  readonly build: (outcomes: readonly ChangeOutcome[]) => Uint8Array
}

/** Trim and retention. Never goes down: an offset at or below the log start changes nothing. */
export interface RaiseLogStart {
  readonly kind: 'logStart'
  readonly log: LogId
  readonly logStartOffset: Offset
}

/** The directory must have been prepared (`Storage.prepareLog`). */
export interface CreateLog {
  readonly kind: 'create'
  readonly log: LogId
}

export interface RemoveLog {
  readonly kind: 'remove'
  readonly log: LogId
}

/** What became of one change, in the order of the changes. */
export interface ChangeOutcome {
  /** Batches: the first batch's base offset, also when `duplicate`. Otherwise the log end offset. */
  readonly baseOffset: Offset
  /** Batches: the last record's offset, inclusive. */
  readonly lastOffset: Offset
  /** Every batch was a repeat of one that is already in the log (producer id, epoch, sequence). */
  readonly duplicate: boolean
  /** With LogAppendTime: the time that was given. */
  readonly appendTime?: number
}

export interface LogDescriptor {
  readonly log: LogId
  /** Below `topics/`: `<topic>-<partition>`. */
  readonly directory: string
  /** Written to `partition.metadata`, 22 characters of base64url. */
  readonly topicId: string
  readonly config: LogConfig
}
