/** Share groups, as the `Broker` interface shows them: records handed out one by one. */
import type { Offset } from './offset.ts'
import type { LogRecord } from './record.ts'

/** What an operator says of a share group; what is left out takes its default, also when it is said again. */
export interface ShareGroupInput {
  readonly topics: readonly string[]
  /** Where it begins in a topic that it does not have yet. Default: `earliest`. */
  readonly start?: 'earliest' | 'latest'
  /** Default: `key`. */
  readonly ordering?: ShareOrdering
  readonly acquisitionLockMs?: number
  readonly maxDeliveryCount?: number
  /** Before the second delivery, the third, and so on; the last counts for all that follow. */
  readonly retryDelaysMs?: readonly number[]
  /** Null: what is given up on is gone. */
  readonly deadLetter?: DeadLetterSettings | null
}

/** `key`: a record is handed out when all earlier ones of its key are settled. `none`: as Kafka does. */
export type ShareOrdering = 'key' | 'none'

export interface DeadLetterSettings {
  readonly topic: string
  /** What becomes of the key: it goes on, or all its later records go to the dead-letter topic, too. */
  readonly policy: 'skip' | 'park-key'
}

/** Complete. */
export interface ShareGroupSettings {
  readonly topics: readonly string[]
  readonly ordering: ShareOrdering
  readonly acquisitionLockMs: number
  readonly maxDeliveryCount: number
  readonly retryDelaysMs: readonly number[]
  readonly deadLetter: DeadLetterSettings | null
}

export interface ShareGroupPage {
  readonly groups: readonly {
    readonly group: string
    readonly topics: readonly string[]
    readonly ordering: ShareOrdering
  }[]
  readonly next?: string
}

export interface ShareGroupDescription extends ShareGroupSettings {
  readonly group: string
  readonly partitions: readonly SharePartitionState[]
  /** Who holds records now. */
  readonly consumers: readonly { readonly consumer: string; readonly acquired: number }[]
  /** Why records that were given up on could not be copied to the dead-letter topic yet; null: all were. */
  readonly deadLetterProblem: string | null
}

export interface SharePartitionState {
  readonly topic: string
  readonly partition: number
  /** Every record before it is settled. */
  readonly startOffset: Offset
  /** One past the newest record that was handed out, or settled. */
  readonly endOffset: Offset
  readonly highWatermark: Offset
  /** Of all records up to the high watermark: not settled, acquired ones among them. */
  readonly unsettled: number
  readonly acquired: number
  /** Handed out before, and waiting to be again. */
  readonly retrying: number
  readonly parkedKeys: number
  /** Records in the dead-letter topic that were not redriven. */
  readonly deadLetters: number
  /** Unsettled records that retention, or a trim, passed. */
  readonly expired: number
  /** Unsettled records that damage made unreadable: they were passed over. */
  readonly unreadable: number
  /** The span from the first unsettled record on is as long as it may get: nothing newer is handed out. */
  readonly isFull: boolean
}

/** How far a share group is in one partition. */
export interface ShareLag extends Pick<
  SharePartitionState,
  | 'topic'
  | 'partition'
  | 'unsettled'
  | 'acquired'
  | 'deadLetters'
  | 'expired'
  | 'unreadable'
  | 'parkedKeys'
> {
  readonly group: string
}

export interface AcquireRequest {
  /** Its own name for itself. */
  readonly consumer: string
  readonly maxRecords: number
  /** Of records; the first comes even when it is larger. */
  readonly maxBytes: number
  readonly waitMs: number
  /** Settled, on disk, before anything is acquired. */
  readonly acknowledgements: readonly Acknowledgement[]
  /** Ends the wait: the answer is what there is. */
  readonly signal?: AbortSignal
}

export type Acknowledgement =
  | { readonly receipt: string; readonly type: 'accept' }
  | {
      readonly receipt: string
      readonly type: 'release'
      /** Until it can be acquired again. Default: that of `retryDelaysMs`. */
      readonly delayMs?: number
      readonly reason?: string
    }
  | { readonly receipt: string; readonly type: 'reject'; readonly reason?: string }
  | { readonly receipt: string; readonly type: 'renew' }
  /** It was not begun: as if it had not been handed out. */
  | { readonly receipt: string; readonly type: 'return' }

/** Why one acknowledgement of a call did nothing. The others count: the call did not fail. */
export const ACKNOWLEDGEMENT_ERRORS = {
  RECEIPT_EXPIRED: {
    about: 'Its lock had run out, or it was taken back, or settled before; nothing was done.',
  },
} as const satisfies Record<string, { about: string }>

export type AcknowledgementErrorCode = keyof typeof ACKNOWLEDGEMENT_ERRORS

export interface Acknowledged {
  readonly receipt: string
  /** Null: it counted. */
  readonly code: AcknowledgementErrorCode | null
  /** Of one that was renewed. */
  readonly lockedUntil?: number
}

export interface Acquired {
  /** In the order of their partitions and offsets. */
  readonly records: readonly AcquiredRecord[]
  /** One for each acknowledgement, in order. */
  readonly acknowledged: readonly Acknowledged[]
}

export interface AcquiredRecord {
  readonly receipt: string
  /** 1: this is the first. */
  readonly deliveryCount: number
  /** Milliseconds since the epoch. */
  readonly lockedUntil: number
  readonly topic: string
  readonly partition: number
  readonly record: LogRecord
}

export type RedriveRequest =
  | { readonly key: Uint8Array }
  /** JSON: the key as records show it. Where no topic of the group has a schema for keys, text alone. */
  | { readonly shownKey: unknown }
  | { readonly all: true }

export interface Redriven {
  /** Dead letters that will be handed out again. */
  readonly redriven: number
  /** That are no longer in the dead-letter topic. */
  readonly gone: number
  /** That this call did not come to: call again. */
  readonly left: number
}
