import { RegistryError } from '@millrace/model/registry-error'
import type { VersionName } from '@millrace/model/schema-registry'
import { findVersion, subjectNotFound } from './finding.ts'
import { type RegistryParts, save } from './registry-parts.ts'
import type { StoredVersion } from './schema-record.ts'
import type { SchemaChange } from './schema-store.ts'
import { expectWritable } from './settings.ts'

/** One at a time, as all that follows. Answers with the versions that are gone. */
export async function deleteSubject(
  parts: RegistryParts,
  subject: string,
  permanent: boolean,
): Promise<readonly number[]> {
  const { catalog, store } = parts
  const versions = catalog.versions(subject)
  if (versions.length === 0) throw subjectNotFound(subject)
  const left = versions.filter(({ isDeleted }) => !isDeleted)
  if (!permanent && left.length === 0) {
    throw new RegistryError(
      'SUBJECT_SOFT_DELETED',
      `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`,
    )
  }
  expectWritable(store, subject)
  if (permanent && left.length > 0) {
    throw new RegistryError(
      'SUBJECT_NOT_SOFT_DELETED',
      `Subject '${subject}' was not deleted first before being permanently deleted`,
    )
  }
  const gone = permanent ? versions : left
  for (const version of gone) expectNoReferrer(parts, version)
  await save(parts, permanent ? gone.map(removal) : deletions(parts, subject, gone, []))
  return gone.map(({ version }) => version)
}

export async function deleteVersion(
  parts: RegistryParts,
  subject: string,
  name: VersionName,
  permanent: boolean,
): Promise<number> {
  const { catalog, store } = parts
  const version = versionToDelete(parts, subject, name, permanent)
  expectWritable(store, subject)
  expectNoReferrer(parts, version)
  const others = catalog
    .versions(subject)
    .filter(({ isDeleted, version: other }) => !isDeleted && other !== version.version)
  await save(parts, permanent ? [removal(version)] : deletions(parts, subject, [version], others))
  return version.version
}

function versionToDelete(
  { catalog }: RegistryParts,
  subject: string,
  name: VersionName,
  permanent: boolean,
): StoredVersion {
  const version = findVersion(catalog, subject, name, { deleted: name !== 'latest' || permanent })
  if (version.isDeleted && !permanent) {
    throw new RegistryError(
      'VERSION_SOFT_DELETED',
      `Subject '${subject}' Version ${version.version} was soft deleted.Set permanent=true to delete permanently`,
    )
  }
  if (!version.isDeleted && permanent) {
    throw new RegistryError(
      'VERSION_NOT_SOFT_DELETED',
      `Subject '${subject}' Version ${version.version} was not deleted first before being permanently deleted`,
    )
  }
  return version
}

/** Settings of its own go with the last version of a subject. */
function deletions(
  { store }: RegistryParts,
  subject: string,
  gone: readonly StoredVersion[],
  left: readonly StoredVersion[],
): readonly SchemaChange[] {
  const versions = gone.map(
    (version) => ({ kind: 'version', version: { ...version, isDeleted: true } }) as const,
  )
  if (left.length > 0) return versions
  return [
    ...versions,
    ...(store.config(subject) === undefined
      ? []
      : [{ kind: 'config', subject, config: null } as const]),
    ...(store.mode(subject) === undefined ? [] : [{ kind: 'mode', subject, mode: null } as const]),
  ]
}

function removal({ subject, version }: StoredVersion): SchemaChange {
  return { kind: 'no version', subject, version }
}

function expectNoReferrer({ catalog }: RegistryParts, { subject, version }: StoredVersion): void {
  if (catalog.referrers(subject, version).length === 0) return
  throw new RegistryError(
    'REFERENCE_EXISTS',
    `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${version}}.`,
  )
}
