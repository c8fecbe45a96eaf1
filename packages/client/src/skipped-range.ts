import { MillraceError } from './millrace-error.ts'

/** Offsets that a reader cannot have. */
export interface SkippedRange {
  readonly partition: number
  /** The offset that should have come next. */
  readonly from: number
  /** Where the reader goes on. */
  readonly to: number
  /** Why. */
  readonly error: MillraceError
}

/** What a reader at `offset` has to skip after this failure; undefined when skipping does not help. */
export function pastGap(
  error: unknown,
  partition: number,
  offset: number,
): SkippedRange | undefined {
  if (!(error instanceof MillraceError) || error.problem === undefined) return undefined
  const { logStartOffset, nextReadableOffset } = error.problem
  const to = error.code === 'OFFSET_OUT_OF_RANGE' ? logStartOffset : nextReadableOffset
  const isKnown = error.code === 'OFFSET_OUT_OF_RANGE' || error.code === 'CORRUPT_SEGMENT'
  // Beyond the end there is nothing to skip: the log is another one than the reader knew.
  if (!isKnown || to === undefined || to <= offset) return undefined
  return { partition, from: offset, to, error }
}
