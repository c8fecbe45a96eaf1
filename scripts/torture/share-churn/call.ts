import type { Acknowledgement } from '@millrace/model/share-group'
import type { Delivery } from './shared-record.ts'

/** What a consumer says of a delivery. */
export interface Said {
  readonly delivery: Delivery
  readonly acknowledgement: Acknowledgement
}

/** A call of a consumer that was sent. */
export interface Call {
  readonly number: number
  readonly consumer: string
  readonly said: readonly Said[]
  /** Undefined: it acquires nothing. */
  readonly maxRecords: number | undefined
  readonly sentMs: number
  /** `GroupTerms.changes` when it was sent. */
  readonly changes: number
}

/** Something does not hold that was promised. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}
