/**
 * What clients of a store were told. The order of the list means nothing: the moments say what came before
 * what. A moment is a number that never goes down, of one counter or one monotonic clock for all clients.
 *
 * A `log` is one life of one partition: a topic that was removed and made again has another. A `value` is one
 * record, unlike every other that is ever sent; a retry that is to be recognized sends the same values again.
 */
export type Operation = Send | Poll | Contents | Trim | Commit | Committed | Restart

/** `unknown`: no answer, or one that says that it is unknown; it may be there or not. */
export type Answer = 'acknowledged' | 'refused' | 'unknown'

interface Timed {
  readonly began: number
  /** Of one without an answer: any moment after `began`, say when the client gave up. */
  readonly ended: number
}

/** One append: all of its records, over all logs, or none. */
export interface Send extends Timed {
  readonly kind: 'send'
  readonly answer: Answer
  readonly records: readonly SentRecord[]
}

export interface SentRecord {
  readonly log: string
  readonly value: string
  /** As it was acknowledged; left out where the answer did not say. */
  readonly offset?: number
}

/** What a reader of one log was given next. */
export interface Poll extends Timed {
  readonly kind: 'poll'
  readonly reader: string
  readonly log: string
  /** Where it went to; left out: it goes on where its last poll of this log ended. */
  readonly from?: number
  readonly records: readonly ReadRecord[]
}

export interface ReadRecord {
  readonly offset: number
  readonly value: string
}

/** All that a log held, from its start to its end. */
export interface Contents extends Timed {
  readonly kind: 'contents'
  readonly log: string
  readonly logStartOffset: number
  readonly records: readonly ReadRecord[]
}

/** Records before `offset` are to go; of a log that is removed, with `offset: Infinity`. */
export interface Trim extends Timed {
  readonly kind: 'trim'
  readonly answer: Answer
  readonly log: string
  readonly offset: number
}

/** Null: the committed offset is to be deleted. */
export interface Commit extends Timed {
  readonly kind: 'commit'
  readonly answer: Answer
  readonly group: string
  readonly log: string
  readonly offset: number | null
}

/** What was said to be committed; null: nothing. */
export interface Committed extends Timed {
  readonly kind: 'committed'
  readonly group: string
  readonly log: string
  readonly offset: number | null
}

/** The store ended, however it did: what had no answer by then has happened or never will. */
export interface Restart {
  readonly kind: 'restart'
  readonly at: number
}
