import type { CompatibilityResult, SchemaInput, VersionName } from '@millrace/model/schema-registry'
import { checkNext } from './compatibility-check.ts'
import { findVersion } from './finding.ts'
import { readSchema } from './reading.ts'
import type { RegistryParts } from './registry-parts.ts'
import type { StoredVersion } from './schema-record.ts'
import { configFor } from './settings.ts'

/** Whether the schema might be registered; nothing is. Against one version: by what the level says of one. */
export async function checkSchema(
  parts: RegistryParts,
  subject: string,
  version: VersionName | undefined,
  input: SchemaInput,
): Promise<CompatibilityResult> {
  const earlier = earlierVersions(parts, subject, version)
  const { parsed } = readSchema(parts, subject, input, { deleted: false })
  const { compatibility } = configFor(parts.store, subject)
  return checkNext(parts.schemas, compatibility, parsed, earlier)
}

/** Where there is no version yet, anything goes together with the latest. */
function earlierVersions(
  { catalog }: RegistryParts,
  subject: string,
  version: VersionName | undefined,
): readonly StoredVersion[] {
  if (typeof version === 'number') return [findVersion(catalog, subject, version, {})]
  const versions = catalog.versions(subject).filter(({ isDeleted }) => !isDeleted)
  return version === 'latest' ? versions.slice(-1) : versions
}
