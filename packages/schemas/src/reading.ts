import type { SchemaInput } from '@millrace/model/schema-registry'
import { RegistryError } from '@millrace/model/registry-error'
import { SchemaFault } from '@millrace/avro/schema-fault'
import { normalise } from '@millrace/avro/normalise'
import { SCHEMA_BYTES_MAX } from './limits.ts'
import type { ParsedSchema } from './parsed-schemas.ts'
import { resolveReferences } from './references.ts'
import type { RegistryParts } from './registry-parts.ts'
import { schemaHash } from './schema-hash.ts'
import type { ResolvedReference } from './schema-record.ts'
import { configFor } from './settings.ts'

/** A schema that somebody sent. */
export interface ReadSchema {
  readonly parsed: ParsedSchema
  readonly references: readonly ResolvedReference[]
  readonly hash: string
  /** Of the same schema, when it was registered before. */
  readonly id: number | undefined
}

/**
 * Reads it with its references. INVALID_SCHEMA for what is no schema, SCHEMA_TOO_LARGE. `deleted`: it may
 * refer to what was deleted, though not permanently.
 */
export function readSchema(
  parts: RegistryParts,
  subject: string,
  input: SchemaInput,
  options: { readonly deleted: boolean },
): ReadSchema {
  const { schema: text } = input
  if (Buffer.byteLength(text) > SCHEMA_BYTES_MAX) {
    throw new RegistryError(
      'SCHEMA_TOO_LARGE',
      `The schema is too large: it has more than ${SCHEMA_BYTES_MAX} bytes.`,
    )
  }
  const references = resolveReferences(parts.catalog, input.references, options)
  try {
    const sent = parts.schemas.parse(text, references)
    const normalForm = normalise(text)
    const hash = schemaHash(normalForm, references)
    const isNormalized = input.normalize ?? configFor(parts.store, subject).normalize ?? false
    const parsed = isNormalized ? parts.schemas.parse(normalForm, references) : sent
    return { parsed, references, hash, id: parts.store.idOf(hash) }
  } catch (cause) {
    throw invalidSchema(cause)
  }
}

/** INVALID_SCHEMA for a SchemaFault; anything else as it is. */
export function invalidSchema(cause: unknown): unknown {
  if (!(cause instanceof SchemaFault)) return cause
  const place = cause.path === '' ? '' : ` (at ${cause.path})`
  return new RegistryError('INVALID_SCHEMA', `Invalid schema: ${cause.message}${place}`, { cause })
}
