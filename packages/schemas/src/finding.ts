import { RegistryError } from '@millrace/model/registry-error'
import type {
  DeletedFilter,
  SchemaContent,
  SubjectVersion,
  VersionName,
} from '@millrace/model/schema-registry'
import type { RegistryParts } from './registry-parts.ts'
import type { SchemaCatalog } from './schema-catalog.ts'
import type { StoredVersion } from './schema-record.ts'

/** Whether what is asked for takes in `version`. */
export function isShown({ isDeleted }: StoredVersion, filter: DeletedFilter): boolean {
  if (filter.deletedOnly === true) return isDeleted
  return !isDeleted || filter.deleted === true
}

/** SUBJECT_NOT_FOUND when it has none. */
export function versionsOf(
  catalog: SchemaCatalog,
  subject: string,
  filter: DeletedFilter,
): readonly StoredVersion[] {
  const versions = catalog.versions(subject)
  const withDeleted = filter.deleted === true || filter.deletedOnly === true
  if (!versions.some(({ isDeleted }) => withDeleted || !isDeleted)) throw subjectNotFound(subject)
  return versions.filter((version) => isShown(version, filter))
}

/** SUBJECT_NOT_FOUND, VERSION_NOT_FOUND. */
export function findVersion(
  catalog: SchemaCatalog,
  subject: string,
  name: VersionName,
  filter: DeletedFilter,
): StoredVersion {
  const versions = versionsOf(catalog, subject, filter)
  const found =
    name === 'latest' ? versions.at(-1) : versions.find(({ version }) => version === name)
  if (found !== undefined) return found
  throw new RegistryError(
    'VERSION_NOT_FOUND',
    `Version ${name === 'latest' ? -1 : name} not found.`,
  )
}

/** With its text. */
export function describe(parts: RegistryParts, version: StoredVersion): SubjectVersion {
  return { ...version, ...contentOf(parts, version.id) }
}

/** SCHEMA_NOT_FOUND for an id that was never given. */
export function contentOf({ store }: RegistryParts, id: number): SchemaContent {
  const stored = store.schema(id)
  if (stored === undefined) throw schemaNotFound(id)
  const references = stored.references.map(({ name, subject, version: of }) => ({
    name,
    subject,
    version: of,
  }))
  return { schema: stored.schema, references }
}

export function subjectNotFound(subject: string): RegistryError {
  return new RegistryError('SUBJECT_NOT_FOUND', `Subject '${subject}' not found.`)
}

export function schemaNotFound(id?: number): RegistryError {
  return new RegistryError(
    'SCHEMA_NOT_FOUND',
    id === undefined ? 'Schema not found' : `Schema ${id} not found`,
  )
}
