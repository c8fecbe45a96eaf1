/**
 * A record of `__schemas`. Key and value are text, so that the topic can be read with any consumer. Numbers
 * in keys have ten digits; a subject is percent-encoded.
 *
 *     schema 0000000007                 {"version":1,"schema":"{\"type\":…}","hash":"<SHA-256, hex>",
 *                                        "highest":7,"references":
 *                                        [{"name":"a.B","subject":"b","version":1,"id":3}]}
 *     version orders-value 0000000002   {"version":1,"id":7,"deleted":false}
 *     config orders-value               {"version":1,"compatibility":"FULL","normalize":true}
 *     mode orders-value                 {"version":1,"mode":"READONLY"}
 *     config, mode                      the same, for all subjects
 *
 * `hash` is that of the schema's normal form and of its references (`schema-hash.ts`), not there when another
 * id has it: only an import gives one schema two. `id` of a reference is what its version was when the
 * schema was registered; `highest` is the highest id that was given. A version without a value was deleted
 * permanently, a setting without one is not there. A schema is never deleted.
 *
 * In the index every key has its record's value. A schema has three more: `hash <hash>` with its id,
 * `references <id>` with its references, if any, and `highest`.
 */
import { LogError } from '@millrace/model/log-error'
import type { LogRecord } from '@millrace/model/record'
import type { StateChange, StateDefinition } from '@millrace/storage/indexed-state'
import {
  COMPATIBILITY_LEVELS,
  type SchemaReference,
  SUBJECT_MODES,
  type SubjectConfig,
  type SubjectMode,
} from '@millrace/model/schema-registry'
import { decodeSubject, encodeSubject } from './subject-name.ts'

/** A reference as it was when the schema was registered. */
export interface ResolvedReference extends SchemaReference {
  readonly id: number
}

export interface StoredSchema {
  readonly schema: string
  readonly hash?: string
  readonly references: readonly ResolvedReference[]
  /** Of all ids given up to then. */
  readonly highest: number
}

export interface StoredVersion {
  readonly subject: string
  readonly version: number
  readonly id: number
  readonly isDeleted: boolean
}

export const VERSION_PREFIX = 'version '
export const REFERENCES_PREFIX = 'references '
export const HIGHEST_KEY = 'highest'
const SCHEMA_PREFIX = 'schema '

/** For the index. */
export const decodeSchemaRecord: StateDefinition['decode'] = ({ key, value }: LogRecord) => {
  const text = Buffer.from(key ?? NO_BYTES).toString('latin1')
  const own = { key: text, value }
  return value !== null && text.startsWith(SCHEMA_PREFIX) ? [own, ...ofSchema(text, value)] : [own]
}

function ofSchema(key: string, value: Uint8Array): readonly StateChange[] {
  const id = key.slice(SCHEMA_PREFIX.length)
  const { hash, references, highest } = decodeSchema(key, value)
  const list = { key: `${REFERENCES_PREFIX}${id}`, value: encode({ references }) }
  return [
    ...(hash === undefined ? [] : [{ key: hashKey(hash), value: encodeId(Number(id)) }]),
    { key: HIGHEST_KEY, value: encodeId(highest) },
    ...(references.length === 0 ? [] : [list]),
  ]
}

export function schemaKey(id: number): string {
  return `${SCHEMA_PREFIX}${digits(id)}`
}

export function hashKey(hash: string): string {
  return `hash ${hash}`
}

export function versionKey(subject: string, version: number): string {
  return `${VERSION_PREFIX}${encodeSubject(subject)} ${digits(version)}`
}

export function configKey(subject: string | undefined): string {
  return subject === undefined ? 'config' : `config ${encodeSubject(subject)}`
}

export function modeKey(subject: string | undefined): string {
  return subject === undefined ? 'mode' : `mode ${encodeSubject(subject)}`
}

export function encodeSchema(schema: StoredSchema): Uint8Array {
  return encode({ ...schema })
}

/** CORRUPT_SEGMENT for what this version did not write, as the others. */
export function decodeSchema(key: string, value: Uint8Array): StoredSchema {
  const fields = parse(key, value)
  const { schema, hash, highest } = fields
  if (typeof schema !== 'string' || !isCount(highest)) throw corrupt(key)
  if (hash !== undefined && typeof hash !== 'string') throw corrupt(key)
  const references = referencesOf(key, fields)
  return { schema, ...(hash !== undefined && { hash }), references, highest }
}

export function decodeReferences(
  key: string,
  value: Uint8Array,
): { readonly id: number; readonly references: readonly ResolvedReference[] } {
  const references = referencesOf(key, parse(key, value))
  return { id: Number(key.slice(REFERENCES_PREFIX.length)), references }
}

function encodeId(id: number): Uint8Array {
  return encode({ id })
}

export function decodeId(key: string, value: Uint8Array): number {
  const { id } = parse(key, value)
  if (!isCount(id)) throw corrupt(key)
  return id
}

export function encodeVersion({ id, isDeleted }: StoredVersion): Uint8Array {
  return encode({ id, deleted: isDeleted })
}

export function decodeVersion(key: string, value: Uint8Array): StoredVersion {
  const [encoded = '', version = ''] = key.slice(VERSION_PREFIX.length).split(' ')
  const subject = decodeSubject(encoded)
  const { id, deleted } = parse(key, value)
  if (subject === undefined || !/^\d{10}$/.test(version)) throw corrupt(key)
  if (!isCount(id) || typeof deleted !== 'boolean') throw corrupt(key)
  return { subject, version: Number(version), id, isDeleted: deleted }
}

export function encodeConfig(config: SubjectConfig): Uint8Array {
  return encode({ ...config })
}

export function decodeConfig(key: string, value: Uint8Array): SubjectConfig {
  const { compatibility, normalize } = parse(key, value)
  const level = COMPATIBILITY_LEVELS.find((one) => one === compatibility)
  if (compatibility !== undefined && level === undefined) throw corrupt(key)
  if (normalize !== undefined && typeof normalize !== 'boolean') throw corrupt(key)
  return {
    ...(level !== undefined && { compatibility: level }),
    ...(normalize !== undefined && { normalize }),
  }
}

export function encodeMode(mode: SubjectMode): Uint8Array {
  return encode({ mode })
}

export function decodeMode(key: string, value: Uint8Array): SubjectMode {
  const { mode } = parse(key, value)
  const known = SUBJECT_MODES.find((one) => one === mode)
  if (known === undefined) throw corrupt(key)
  return known
}

const FORMAT_VERSION = 1
const NO_BYTES = new Uint8Array(0)

/** Ids and versions are below 2^31. */
function digits(count: number): string {
  return String(count).padStart(10, '0')
}

function encode(fields: object): Uint8Array {
  return Buffer.from(JSON.stringify({ version: FORMAT_VERSION, ...fields }))
}

function parse(key: string, value: Uint8Array): Readonly<Record<string, unknown>> {
  let fields: unknown
  try {
    fields = JSON.parse(Buffer.from(value).toString())
  } catch {
    throw corrupt(key)
  }
  if (!isObject(fields) || fields['version'] !== FORMAT_VERSION) throw corrupt(key)
  return fields
}

function referencesOf(
  key: string,
  { references }: Readonly<Record<string, unknown>>,
): readonly ResolvedReference[] {
  if (!Array.isArray(references) || !references.every(isReference)) throw corrupt(key)
  return references
}

function isReference(value: unknown): value is ResolvedReference {
  if (!isObject(value)) return false
  const { name, subject, version, id } = value
  return typeof name === 'string' && typeof subject === 'string' && isCount(version) && isCount(id)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function corrupt(key: string): LogError {
  return new LogError('CORRUPT_SEGMENT', `The record ${key} of __schemas is not what was written.`)
}
