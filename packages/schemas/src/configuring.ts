import { RegistryError } from '@millrace/model/registry-error'
import type { SubjectConfig, SubjectMode } from '@millrace/model/schema-registry'
import { subjectNotFound } from './finding.ts'
import { type RegistryParts, save } from './registry-parts.ts'
import { configFor, modeFor, notPermitted } from './settings.ts'
import { expectSubject } from './subject-name.ts'

export function getConfig(
  { store }: RegistryParts,
  subject: string | undefined,
  inherit: boolean,
): SubjectConfig {
  if (subject === undefined || inherit) return configFor(store, subject)
  const own = store.config(subject)
  if (own !== undefined) return own
  throw new RegistryError(
    'COMPATIBILITY_NOT_CONFIGURED',
    `Subject '${subject}' does not have subject-level compatibility configured`,
  )
}

/** One at a time, as all changes. What is not named stays as it is. */
export async function setConfig(
  parts: RegistryParts,
  subject: string | undefined,
  changed: SubjectConfig,
): Promise<SubjectConfig> {
  if (subject !== undefined) expectSubject(subject)
  const mode = modeFor(parts.store, subject)
  if (mode === 'READONLY' || mode === 'READONLY_OVERRIDE') {
    throw notPermitted(`Subject ${subject ?? 'null'} is in read-only mode`)
  }
  const config = { ...parts.store.config(subject), ...changed }
  await save(parts, [{ kind: 'config', subject, config }])
  return config
}

/** Answers with what it was. SUBJECT_NOT_FOUND for a subject that has no settings of its own. */
export async function deleteConfig(
  parts: RegistryParts,
  subject: string | undefined,
): Promise<SubjectConfig> {
  const config = parts.store.config(subject)
  if (config === undefined) {
    if (subject === undefined) return configFor(parts.store, undefined)
    throw subjectNotFound(subject)
  }
  await save(parts, [{ kind: 'config', subject, config: null }])
  return config
}

export function getMode(
  { store }: RegistryParts,
  subject: string | undefined,
  inherit: boolean,
): SubjectMode {
  if (subject === undefined || inherit) return modeFor(store, subject)
  const own = store.mode(subject)
  if (own !== undefined) return own
  throw new RegistryError(
    'MODE_NOT_CONFIGURED',
    `Subject '${subject}' does not have subject-level mode configured`,
  )
}

export async function setMode(
  parts: RegistryParts,
  subject: string | undefined,
  mode: SubjectMode,
  force: boolean,
): Promise<void> {
  if (subject !== undefined) expectSubject(subject)
  const { store } = parts
  if (mode === 'IMPORT' && !force && modeFor(store, subject) !== 'IMPORT') {
    // Ids that were given here might be those of other schemas there.
    if (hasSchemas(parts, subject)) {
      throw notPermitted('Cannot import since found existing subjects')
    }
  }
  await save(parts, [{ kind: 'mode', subject, mode }])
}

export async function deleteMode(
  parts: RegistryParts,
  subject: string | undefined,
): Promise<SubjectMode> {
  const mode = parts.store.mode(subject)
  if (mode === undefined) {
    if (subject === undefined) return modeFor(parts.store, undefined)
    throw subjectNotFound(subject)
  }
  await save(parts, [{ kind: 'mode', subject, mode: null }])
  return mode
}

function hasSchemas({ catalog }: RegistryParts, subject: string | undefined): boolean {
  const subjects = subject === undefined ? catalog.subjects('') : [subject]
  for (const one of subjects) {
    if (catalog.versions(one).some(({ isDeleted }) => !isDeleted)) return true
  }
  return false
}
