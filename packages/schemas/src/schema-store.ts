import type { Clock } from '@millrace/disk/clock'
import type { RecordContent } from '@millrace/model/record'
import type { SubjectConfig, SubjectMode } from '@millrace/model/schema-registry'
import type { IndexedState } from '@millrace/storage/indexed-state'
import {
  configKey,
  decodeConfig,
  decodeId,
  decodeMode,
  decodeReferences,
  decodeSchema,
  decodeVersion,
  encodeConfig,
  encodeMode,
  encodeSchema,
  encodeVersion,
  hashKey,
  HIGHEST_KEY,
  modeKey,
  REFERENCES_PREFIX,
  type ResolvedReference,
  schemaKey,
  type StoredSchema,
  type StoredVersion,
  VERSION_PREFIX,
  versionKey,
} from './schema-record.ts'

export const SCHEMAS_TOPIC = '__schemas'

/** One change of what is kept; those of one `save` are kept together or not at all. */
export type SchemaChange =
  | { readonly kind: 'schema'; readonly id: number; readonly schema: StoredSchema }
  | { readonly kind: 'version'; readonly version: StoredVersion }
  /** Permanently. */
  | { readonly kind: 'no version'; readonly subject: string; readonly version: number }
  /** Null: there is none any more. */
  | {
      readonly kind: 'config'
      readonly subject: string | undefined
      readonly config: SubjectConfig | null
    }
  | {
      readonly kind: 'mode'
      readonly subject: string | undefined
      readonly mode: SubjectMode | null
    }

/** Schemas, versions and settings, as records of `__schemas`: durable when an answer is given. */
export class SchemaStore {
  readonly #state: IndexedState
  readonly #clock: Clock

  constructor(state: IndexedState, clock: Clock) {
    this.#state = state
    this.#clock = clock
  }

  /** All versions of all subjects, those of one subject in their order. */
  *versions(): Generator<StoredVersion> {
    for (const { key, value } of this.#all(VERSION_PREFIX)) yield decodeVersion(key, value)
  }

  /** Of all schemas that have any. */
  *references(): Generator<{ id: number; references: readonly ResolvedReference[] }> {
    for (const { key, value } of this.#all(REFERENCES_PREFIX)) yield decodeReferences(key, value)
  }

  /** The highest id that was given; 0: none was. */
  highestId(): number {
    const value = this.#state.get(HIGHEST_KEY)
    return value === undefined ? 0 : decodeId(HIGHEST_KEY, value)
  }

  schema(id: number): StoredSchema | undefined {
    const key = schemaKey(id)
    const value = this.#state.get(key)
    return value === undefined ? undefined : decodeSchema(key, value)
  }

  /** The id of the schema with that hash (`schema-hash.ts`). */
  idOf(hash: string): number | undefined {
    const key = hashKey(hash)
    const value = this.#state.get(key)
    return value === undefined ? undefined : decodeId(key, value)
  }

  /** Undefined: the subject, or with undefined all of them, has none set. */
  config(subject: string | undefined): SubjectConfig | undefined {
    const key = configKey(subject)
    const value = this.#state.get(key)
    return value === undefined ? undefined : decodeConfig(key, value)
  }

  mode(subject: string | undefined): SubjectMode | undefined {
    const key = modeKey(subject)
    const value = this.#state.get(key)
    return value === undefined ? undefined : decodeMode(key, value)
  }

  /** One append. */
  async save(changes: readonly SchemaChange[]): Promise<void> {
    const timestamp = this.#clock.nowMs()
    const records = changes.map((change): RecordContent => {
      const { key, value } = keptAs(change)
      return { key: Buffer.from(key), value, headers: [], timestamp }
    })
    await this.#state.append(records)
  }

  #all(prefix: string) {
    return this.#state.range({ prefix, limit: Infinity })
  }
}

function keptAs(change: SchemaChange): { key: string; value: Uint8Array | null } {
  switch (change.kind) {
    case 'schema':
      return { key: schemaKey(change.id), value: encodeSchema(change.schema) }
    case 'version': {
      const { version } = change
      return { key: versionKey(version.subject, version.version), value: encodeVersion(version) }
    }
    case 'no version':
      return { key: versionKey(change.subject, change.version), value: null }
    case 'config': {
      const { subject, config } = change
      return { key: configKey(subject), value: config === null ? null : encodeConfig(config) }
    }
    case 'mode': {
      const { subject, mode } = change
      return { key: modeKey(subject), value: mode === null ? null : encodeMode(mode) }
    }
  }
}
