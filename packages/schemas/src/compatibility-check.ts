import { setImmediate } from 'node:timers/promises'
import {
  checkAgainst,
  COMPATIBILITY_LEVELS,
  type SchemaVersion,
  verboseMessages,
} from '@millrace/avro/compatibility'
import type { CompatibilityLevel, CompatibilityResult } from '@millrace/model/schema-registry'
import type { ParsedSchema, ParsedSchemas } from './parsed-schemas.ts'
import { invalidSchema } from './reading.ts'
import type { StoredVersion } from './schema-record.ts'

/**
 * Whether `next` may come after `earlier`, which are in their order. What is wrong is told of the newest
 * that it does not go together with, and of no other. INVALID_SCHEMA for what is too entangled.
 */
export async function checkNext(
  schemas: ParsedSchemas,
  level: CompatibilityLevel,
  next: ParsedSchema,
  earlier: readonly StoredVersion[],
): Promise<CompatibilityResult> {
  const { reads, transitive } = COMPATIBILITY_LEVELS[level]
  if (reads.length === 0) return COMPATIBLE
  const compared = transitive ? earlier.toReversed() : earlier.slice(-1)
  for (const { version, id } of compared) {
    const old = schemas.get(id)
    if (old === undefined) continue
    const conflict = conflictWith(level, next, { version, schema: sourceOf(old) })
    if (conflict !== undefined) {
      return { isCompatible: false, messages: verboseMessages(level, conflict, old.schema.text) }
    }
    // Others shall have their turn: there may be very many of them.
    await setImmediate()
  }
  return COMPATIBLE
}

function conflictWith(level: CompatibilityLevel, next: ParsedSchema, earlier: SchemaVersion) {
  try {
    return checkAgainst(level, sourceOf(next), [earlier])
  } catch (error) {
    throw invalidSchema(error)
  }
}

const COMPATIBLE: CompatibilityResult = { isCompatible: true, messages: [] }

function sourceOf({ schema, references }: ParsedSchema) {
  return { text: schema.text, references }
}
