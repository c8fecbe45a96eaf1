import type { Offset } from '@millrace/model/offset'
import type { BreakReason } from './batch-chain.ts'

/** One thing that a check found: where exactly, and what it means. */
export interface Finding {
  readonly kind: 'finding'
  /** `damage`: something is not as it was written. `note`: worth knowing, and sound. */
  readonly severity: 'damage' | 'note'
  readonly code: FindingCode
  readonly path: string
  /** The byte in that file. */
  readonly position: number
  /** The first offset that it concerns, when it concerns one. */
  readonly offset?: Offset
  readonly message: string
}

export type FindingCode =
  | BreakReason
  /** Offsets that no batch spans. */
  | 'gap'
  | 'offset-index'
  | 'time-index'
  | 'transaction-index'
  | 'leader-epochs'
  | 'partition-metadata'
  /** Zeros after the entries, as Kafka leaves them when it was not stopped in order. */
  | 'preallocated'
  | 'missing-file'
  | 'unknown-file'
  /** Further findings in the same file were counted, not listed. */
  | 'more'

export type FindingPlace = Pick<Finding, 'path' | 'position'> & { readonly offset?: Offset }

export function damage(code: FindingCode, place: FindingPlace, message: string): Finding {
  return { kind: 'finding', severity: 'damage', code, ...place, message }
}

export function note(code: FindingCode, place: FindingPlace, message: string): Finding {
  return { kind: 'finding', severity: 'note', code, ...place, message }
}
