/**
 * What can be wrong with a history, in the words of Jepsen's checker for Kafka as far as it has them:
 *
 *     lost-write                  was acknowledged, is not there, and later offsets are
 *     unseen                      was acknowledged, and no later look at the whole log shows it
 *     duplicate                   one value at several places
 *     inconsistent-offsets        several values at one place, within one life of the store
 *     poll-skip                   a reader was given a later offset than the next
 *     nonmonotonic-poll           a reader was given an earlier offset than the next
 *     offset-reuse                several values at one place, in different lives
 *     dirty-read                  was read, and was refused, or is not there any more
 *     committed-offset-gone-back  an older committed offset than one that was answered or seen before
 *     phantom                     a record, or a committed offset, that nobody sent
 *     half-append                 some records of an append are there, and others are not
 *     trim-undone                 what was acknowledged to be trimmed is back
 */
export type AnomalyKind =
  | 'lost-write'
  | 'unseen'
  | 'duplicate'
  | 'inconsistent-offsets'
  | 'poll-skip'
  | 'nonmonotonic-poll'
  | 'offset-reuse'
  | 'dirty-read'
  | 'committed-offset-gone-back'
  | 'phantom'
  | 'half-append'
  | 'trim-undone'

export interface Anomaly {
  readonly kind: AnomalyKind
  /** The value, place or committed offset at fault, as a sentence. */
  readonly about: string
}
