import { incompatibilitiesOf } from './incompatibilities.ts'
import { type Incompatibility, inVerboseForm, type Sides } from './incompatibility.ts'
import { readSchemaTree, type SchemaSource } from './schema-tree.ts'

/** A schema that becomes the next of its subject: which of those before it must go together with it, and how. */
export const COMPATIBILITY_LEVELS = {
  NONE: { reads: [], transitive: false },
  BACKWARD: { reads: ['next'], transitive: false },
  BACKWARD_TRANSITIVE: { reads: ['next'], transitive: true },
  FORWARD: { reads: ['earlier'], transitive: false },
  FORWARD_TRANSITIVE: { reads: ['earlier'], transitive: true },
  FULL: { reads: ['earlier', 'next'], transitive: false },
  FULL_TRANSITIVE: { reads: ['earlier', 'next'], transitive: true },
} as const satisfies Record<string, { reads: readonly ('next' | 'earlier')[]; transitive: boolean }>

export type CompatibilityLevel = keyof typeof COMPATIBILITY_LEVELS

export function isCompatibilityLevel(value: unknown): value is CompatibilityLevel {
  return typeof value === 'string' && Object.hasOwn(COMPATIBILITY_LEVELS, value)
}

/**
 * Why data that was written with `writer` cannot be read with `reader`; empty: it can. By Avro's rules of schema
 * resolution. Throws SchemaFault for schemas that are too entangled to compare.
 */
export function checkCompatibility(
  reader: SchemaSource,
  writer: SchemaSource,
  sides: Sides = { reader: 'reader', writer: 'writer' },
): readonly Incompatibility[] {
  return incompatibilitiesOf(readSchemaTree(reader), readSchemaTree(writer), sides)
}

export interface SchemaVersion {
  readonly version: number
  readonly schema: SchemaSource
}

/** An earlier version that the next schema does not go together with, and why. */
export interface Conflict {
  readonly version: number
  readonly reasons: readonly Incompatibility[]
}

/** The first version that `level` asks for and that does not go together with `next`. `earlier`: newest first. */
export function checkAgainst(
  level: CompatibilityLevel,
  next: SchemaSource,
  earlier: readonly SchemaVersion[],
): Conflict | undefined {
  const { reads, transitive } = COMPATIBILITY_LEVELS[level]
  if (reads.length === 0) return undefined
  const nextTree = readSchemaTree(next)
  for (const { version, schema } of transitive ? earlier : earlier.slice(0, 1)) {
    const tree = readSchemaTree(schema)
    const reasons = reads.flatMap((who) =>
      who === 'next'
        ? incompatibilitiesOf(nextTree, tree, { reader: 'new', writer: 'old' })
        : incompatibilitiesOf(tree, nextTree, { reader: 'old', writer: 'new' }),
    )
    if (reasons.length > 0) return { version, reasons }
  }
  return undefined
}

/** The list of texts that a registry of this API answers with; `earlierText`: of the version that is at fault. */
export function verboseMessages(
  level: CompatibilityLevel,
  { version, reasons }: Conflict,
  earlierText: string,
): readonly string[] {
  const text =
    earlierText.length <= SHOWN_TEXT_MAX
      ? `'${earlierText}'`
      : `<truncated> '${earlierText.slice(0, SHOWN_TEXT_MAX)}...'`
  return [
    ...reasons.map(inVerboseForm),
    `{oldSchemaVersion: ${version}}`,
    `{oldSchema: ${text}}`,
    `{validateFields: 'false', compatibility: '${level}'}`,
  ]
}

const SHOWN_TEXT_MAX = 10 * 1024
