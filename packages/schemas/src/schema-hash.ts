import { createHash } from 'node:crypto'
import type { ResolvedReference } from './schema-record.ts'

/**
 * By which a schema that was registered before is found again: of its normal form and its references. The
 * id of a reference is part of it: the version that it names may since have been deleted for good, and made
 * anew. Not of the text: clients write the attributes of one schema in the order of their own libraries.
 */
export function schemaHash(normalForm: string, references: readonly ResolvedReference[]): string {
  const named = references.map(({ name, subject, version, id }) => [name, subject, version, id])
  return createHash('sha256')
    .update(JSON.stringify([normalForm, named]))
    .digest('hex')
}
