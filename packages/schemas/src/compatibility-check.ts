import { setImmediate } from 'node:timers/promises'
import type { CompatibilityLevel, CompatibilityResult } from '@millrace/model/schema-registry'
import { checkCompatibility, type Incompatibility, inVerboseForm } from './avro-stand-in.ts'
import type { ParsedSchema, ParsedSchemas } from './parsed-schemas.ts'
import type { StoredVersion } from './schema-record.ts'

/**
 * Whether `next` may come after `earlier`, which are in their order. What is wrong is told of the newest
 * that it does not go together with, and of no other.
 */
export async function checkAgainst(
  schemas: ParsedSchemas,
  level: CompatibilityLevel,
  next: ParsedSchema,
  earlier: readonly StoredVersion[],
): Promise<CompatibilityResult> {
  const { reads, isTransitive } = LEVELS[level]
  if (reads.length === 0) return COMPATIBLE
  const compared = isTransitive ? earlier.toReversed() : earlier.slice(-1)
  for (const version of compared) {
    const old = schemas.get(version.id)
    if (old === undefined) continue
    const reasons = reads.flatMap((who) =>
      who === 'next' ? reasonsAgainst(next, old, NEW_READS) : reasonsAgainst(old, next, OLD_READS),
    )
    if (reasons.length > 0)
      return { isCompatible: false, messages: messagesOf(level, version, old, reasons) }
    // Others shall have their turn: there may be very many of them.
    await setImmediate()
  }
  return COMPATIBLE
}

const LEVELS: Record<
  CompatibilityLevel,
  { readonly reads: readonly ('next' | 'earlier')[]; readonly isTransitive: boolean }
> = {
  NONE: { reads: [], isTransitive: false },
  BACKWARD: { reads: ['next'], isTransitive: false },
  BACKWARD_TRANSITIVE: { reads: ['next'], isTransitive: true },
  FORWARD: { reads: ['earlier'], isTransitive: false },
  FORWARD_TRANSITIVE: { reads: ['earlier'], isTransitive: true },
  FULL: { reads: ['earlier', 'next'], isTransitive: false },
  FULL_TRANSITIVE: { reads: ['earlier', 'next'], isTransitive: true },
}

const COMPATIBLE: CompatibilityResult = { isCompatible: true, messages: [] }
const NEW_READS = { reader: 'new', writer: 'old' }
const OLD_READS = { reader: 'old', writer: 'new' }
const SHOWN_TEXT_MAX = 10 * 1024

function reasonsAgainst(
  reader: ParsedSchema,
  writer: ParsedSchema,
  sides: { readonly reader: string; readonly writer: string },
): readonly Incompatibility[] {
  return checkCompatibility(sourceOf(reader), sourceOf(writer), sides)
}

function sourceOf({ schema, references }: ParsedSchema) {
  return { text: schema.text, references }
}

/** In the form that Confluent's registry prints: clients search these texts. */
function messagesOf(
  level: CompatibilityLevel,
  { version }: StoredVersion,
  { schema: { text } }: ParsedSchema,
  reasons: readonly Incompatibility[],
): readonly string[] {
  const shown =
    text.length <= SHOWN_TEXT_MAX
      ? `'${text}'`
      : `<truncated> '${text.slice(0, SHOWN_TEXT_MAX)}...'`
  return [
    ...reasons.map(inVerboseForm),
    `{oldSchemaVersion: ${version}}`,
    `{oldSchema: ${shown}}`,
    `{validateFields: 'false', compatibility: '${level}'}`,
  ]
}
