import type { ReadingSchemas } from './datum-views.ts'

/** What of a topic is read, as the line says it. */
export interface ConsumeOptions extends ReadingSchemas {
  /** `earliest`, `latest` or a number. */
  readonly offset?: string
  readonly from?: number
  readonly last?: number
  readonly until?: number
  readonly follow?: true
  readonly maxRecords?: number
  readonly partition?: readonly number[]
  readonly key?: string
  readonly group?: string
  /** Where a group begins that has committed nothing in the topic. */
  readonly start?: 'earliest' | 'latest'
  /** A static member's name. */
  readonly instance?: string
  /** A share group. */
  readonly share?: string
  /** This consumer's name in the share group. */
  readonly consumer?: string
}
