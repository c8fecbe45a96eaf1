import { RegistryError } from '@millrace/model/registry-error'
import type { SchemaReference } from '@millrace/model/schema-registry'
import type { SchemaCatalog } from './schema-catalog.ts'
import type { ResolvedReference } from './schema-record.ts'
import { plainSubject } from './subject-name.ts'

/** References of one schema, before those that they have themselves. */
const OWN_REFERENCES_MAX = 1_000

/**
 * Which schemas are meant. INVALID_SCHEMA where there is none; what was deleted counts only for looking
 * up. None of them can lead back to the schema that has them: it is registered after them.
 */
export function resolveReferences(
  catalog: SchemaCatalog,
  references: readonly SchemaReference[],
  options: { readonly deleted: boolean },
): readonly ResolvedReference[] {
  if (references.length > OWN_REFERENCES_MAX) {
    throw new RegistryError(
      'INVALID_SCHEMA',
      `Invalid schema: it has more than ${OWN_REFERENCES_MAX} references.`,
    )
  }
  return references.map((reference) => {
    const subject = plainSubject(reference.subject)
    const versions = catalog
      .versions(subject)
      .filter(({ isDeleted }) => options.deleted || !isDeleted)
    const found =
      reference.version === LATEST
        ? versions.at(-1)
        : versions.find(({ version }) => version === reference.version)
    if (found === undefined) {
      throw new RegistryError(
        'INVALID_SCHEMA',
        `Invalid schema: No schema reference found for subject "${reference.subject}" and version ${reference.version}`,
      )
    }
    return { name: reference.name, subject, version: found.version, id: found.id }
  })
}

/** How clients write the latest version where a number is asked for. */
const LATEST = -1
