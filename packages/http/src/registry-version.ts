import type { RegistrySchema, RegistryVersion } from '@millrace/http-api/registry'
import type { SchemaContent, SubjectVersion } from '@millrace/model/schema-registry'

/** Its type is left out, as Confluent's registry does of Avro, and references where there are none. */
export function versionAnswer({ subject, version, id, ...rest }: SubjectVersion): RegistryVersion {
  return { subject, version, id, ...schemaAnswer(rest) }
}

export function schemaAnswer({ schema, references }: SchemaContent): RegistrySchema {
  const list = references.map((reference) => ({ ...reference }))
  return { ...(list.length > 0 && { references: list }), schema }
}
