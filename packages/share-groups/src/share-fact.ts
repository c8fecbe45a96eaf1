/**
 * What happened in one partition of a share group. The partition is what its facts add up to, in their order; they are
 * what is written down. Times are milliseconds since the epoch.
 */
import type { Letter } from './delivery.ts'
import type { LaneKey } from './lane-key.ts'

export type ShareFact =
  | {
      readonly kind: 'acquired'
      readonly number: number
      readonly consumer: string
      readonly atMs: number
      readonly untilMs: number
      /** Ascending. */
      readonly offsets: readonly number[]
    }
  | { readonly kind: 'renewed'; readonly offsets: readonly number[]; readonly untilMs: number }
  | { readonly kind: 'accepted'; readonly offsets: readonly number[] }
  /** Released, rejected, or its lock ran out. */
  | {
      readonly kind: 'failed'
      readonly offset: number
      readonly reason: string
      readonly availableAtMs: number
      readonly isRejected: boolean
    }
  /** Handed out behind one of its key that failed: as if that had not been. */
  | { readonly kind: 'withdrawn'; readonly offset: number }
  /** Given up on, without a copy. */
  | { readonly kind: 'archived'; readonly offset: number }
  /** Given up on; the copy is there by the same append. */
  | { readonly kind: 'dead-lettered'; readonly offset: number; readonly letter: Letter }
  /** The log begins there now. */
  | { readonly kind: 'expired'; readonly below: number }
  /** Damage: these cannot be handed out. */
  | { readonly kind: 'unreadable'; readonly from: number; readonly to: number }
  /** Nothing was ever there, or compaction took it. */
  | { readonly kind: 'missing'; readonly from: number; readonly to: number }
  | { readonly kind: 'parked'; readonly lane: LaneKey }
  | { readonly kind: 'unparked'; readonly lane: LaneKey }
  /** The copy will be handed out, in the place of the record. */
  | { readonly kind: 'redriven'; readonly offset: number; readonly letter: Letter }
  /** It was to be redriven, and is not there any more. */
  | { readonly kind: 'letter-gone'; readonly offset: number; readonly letter: Letter }
