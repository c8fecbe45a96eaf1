import type {
  CompatibilityLevel,
  SubjectConfig,
  SubjectMode,
} from '@millrace/model/schema-registry'
import { RegistryError } from '@millrace/model/registry-error'
import type { SchemaStore } from './schema-store.ts'

export interface EffectiveConfig extends SubjectConfig {
  readonly compatibility: CompatibilityLevel
}

/** What holds for a subject: its own settings before those for all. */
export function configFor(store: SchemaStore, subject: string | undefined): EffectiveConfig {
  const own = subject === undefined ? undefined : store.config(subject)
  return { ...DEFAULT_CONFIG, ...store.config(undefined), ...own }
}

export function modeFor(store: SchemaStore, subject: string | undefined): SubjectMode {
  const forAll = store.mode(undefined) ?? DEFAULT_MODE
  if (subject === undefined || forAll === 'READONLY_OVERRIDE') return forAll
  return store.mode(subject) ?? forAll
}

/** OPERATION_NOT_PERMITTED where nothing may be changed. */
export function expectWritable(store: SchemaStore, subject: string): void {
  if (!isReadOnly(modeFor(store, subject))) return
  throw notPermitted(`Subject ${subject} is in read-only mode`)
}

/** OPERATION_NOT_PERMITTED unless the mode lets schemas be registered, with an id of their own or without one. */
export function expectRegistrable(
  store: SchemaStore,
  subject: string,
  hasId: boolean,
): SubjectMode {
  const mode = modeFor(store, subject)
  expectWritable(store, subject)
  if (hasId && mode !== 'IMPORT') {
    throw notPermitted(`Subject ${subject} is not in import mode`)
  }
  if (!hasId && mode !== 'READWRITE') {
    throw notPermitted(`Subject ${subject} is not in read-write mode`)
  }
  return mode
}

export function notPermitted(message: string): RegistryError {
  return new RegistryError('OPERATION_NOT_PERMITTED', message)
}

const DEFAULT_CONFIG: EffectiveConfig = { compatibility: 'BACKWARD' }
const DEFAULT_MODE: SubjectMode = 'READWRITE'

function isReadOnly(mode: SubjectMode): boolean {
  return mode === 'READONLY' || mode === 'READONLY_OVERRIDE'
}
