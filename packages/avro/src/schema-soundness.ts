import type { AvroType, RecordType } from './avro-type.ts'
import { RECORD_CHAIN_MAX } from './limits.ts'
import { SchemaFault } from './schema-fault.ts'

/**
 * Refuses a record that has itself in it always, by fields that are neither null nor empty at some depth: no datum
 * of it ever ends. Throws SchemaFault.
 */
export function expectFinite(
  records: readonly { readonly record: RecordType; readonly path: string }[],
): void {
  const open = new Set(records.map(({ record }) => record))
  // From the inside out: what a record contains was mostly defined after it.
  const order = records.map(({ record }) => record).toReversed()
  for (let before = Infinity; open.size < before;) {
    before = open.size
    for (const record of order) {
      if (open.has(record) && record.fields.every(({ type }) => isFinite(type, open))) {
        open.delete(record)
      }
    }
  }
  const endless = records.find(({ record }) => open.has(record))
  if (endless === undefined) return
  throw new SchemaFault(
    `${endless.record.name} always contains itself, or another that does: no datum of it has an end.`,
    endless.path,
  )
}

/**
 * Refuses records that name one another in too long a chain: whoever goes through a schema, type by type, calls itself
 * at each. Throws SchemaFault.
 */
export function expectShortChains(root: AvroType): void {
  const seen = new Set<RecordType>()
  const visit = (type: AvroType, chain: number): void => {
    if (type.kind === 'array') return visit(type.items, chain)
    if (type.kind === 'map') return visit(type.values, chain)
    if (type.kind === 'union') return type.branches.forEach((branch) => visit(branch, chain))
    if (type.kind !== 'record' || seen.has(type)) return
    if (chain === RECORD_CHAIN_MAX) {
      throw new SchemaFault(
        `${type.name} is reached through ${RECORD_CHAIN_MAX} records, each within the one before; no more are taken.`,
      )
    }
    seen.add(type)
    for (const field of type.fields) visit(field.type, chain + 1)
  }
  visit(root, 0)
}

function isFinite(type: AvroType, open: ReadonlySet<RecordType>): boolean {
  switch (type.kind) {
    case 'record':
      return !open.has(type)
    case 'union':
      return type.branches.some((branch) => isFinite(branch, open))
    default:
      return true
  }
}
