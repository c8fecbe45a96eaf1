/** What the keys, or the values, of a topic's records are held to. */
export interface SchemaSetting {
  /** Of the registry: records fit when they are data of one of its versions. */
  readonly subject: string
  readonly onMisfit: MisfitPolicy
  /** Where records that do not fit go; exactly with `dead-letter`. */
  readonly deadLetterTopic?: string
}

/** What a record that does not fit gets. */
export type MisfitPolicy =
  /** Nothing of its request is appended. */
  | 'reject'
  /** It is appended to another topic instead, with the reason. */
  | 'dead-letter'
  /** It is appended as it was sent. */
  | 'off'

/** Characters of a subject's name. */
export const SUBJECT_LENGTH_MAX = 255
