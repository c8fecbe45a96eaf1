import type { VersionName } from './schema-registry.ts'

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

/** A schema of the registry. */
export interface SchemaName {
  readonly subject: string
  readonly version: VersionName
}

/** Turns the keys, or the values, of a topic's records into JSON. */
export interface DatumReader {
  /** Whatever the bytes are: it does not throw. */
  read(bytes: Uint8Array): DatumRead
}

export type DatumRead =
  /** Plain JSON on one line. */
  | { readonly json: string }
  /** No datum of a schema that is known here. `isDatum`: it says that it is one. */
  | { readonly json: undefined; readonly isDatum: boolean }
  /** It cannot be read with the schema that was asked for. */
  | { readonly json: undefined; readonly error: UnresolvableDatum }

export interface UnresolvableDatum {
  readonly code: 'UNRESOLVABLE'
  readonly detail: string
  /** Where in the record, as a JSON Pointer. */
  readonly path: string
}

/** Undefined: shown as they are stored. To be asked record by record: a topic's schemas may change. */
export interface DatumReaders {
  readonly key?: DatumReader | undefined
  readonly value?: DatumReader | undefined
}
