import type { DeletedFilter, SchemaInput, SubjectVersion } from '@millrace/model/schema-registry'
import { describe, schemaNotFound, versionsOf } from './finding.ts'
import { readSchema } from './reading.ts'
import type { RegistryParts } from './registry-parts.ts'

/** Which version of the subject the schema is. SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND, INVALID_SCHEMA. */
export function lookUp(
  parts: RegistryParts,
  subject: string,
  input: SchemaInput,
  filter: DeletedFilter,
): SubjectVersion {
  const { id } = readSchema(parts, subject, input, { deleted: true })
  const versions = versionsOf(parts.catalog, subject, filter)
  const found = versions.findLast((version) => version.id === id)
  if (found === undefined) throw schemaNotFound()
  return describe(parts, found)
}
