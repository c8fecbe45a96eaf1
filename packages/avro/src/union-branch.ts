import type { PrimitiveType } from './avro-type.ts'
import { shortName } from './schema-name.ts'
import type { NamedNode, SchemaNode, UnionNode } from './schema-tree.ts'

type Primitive = PrimitiveType['kind']

/** What each kind of number or text may also be read as. */
const PROMOTIONS: { readonly [kind in Primitive]?: readonly Primitive[] } = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

export function isPromoted(reader: SchemaNode, writer: SchemaNode): boolean {
  return promotionsOf(writer).some((kind) => kind === reader.kind)
}

/** The namespace may change: what a writer calls `a.Item` is also read by one who calls it `b.Item`. */
export function isNameOf(reader: NamedNode, writer: NamedNode): boolean {
  if (shortName(reader.name) === shortName(writer.name)) return true
  return reader.aliases.includes(writer.name)
}

/** The branches of a reader's union that are of a kind and a name to be what was written. */
export function branchesFor(union: UnionNode, writer: SchemaNode): readonly SchemaNode[] {
  const index = indexOf(union)
  const keys = 'name' in writer ? keysToFind(writer) : [writer.kind, ...promotionsOf(writer)]
  return [...new Set(keys.flatMap((key) => index.get(key) ?? []))]
}

/** Of two wide unions, every branch of one is looked for in the other: going through both would be slow. */
const indexes = new WeakMap<UnionNode, ReadonlyMap<string, readonly SchemaNode[]>>()

function indexOf(union: UnionNode): ReadonlyMap<string, readonly SchemaNode[]> {
  const known = indexes.get(union)
  if (known !== undefined) return known
  const index = new Map<string, SchemaNode[]>()
  for (const branch of union.branches) {
    for (const key of 'name' in branch ? keysOf(branch) : [branch.kind]) {
      const branches = index.get(key)
      if (branches === undefined) index.set(key, [branch])
      else branches.push(branch)
    }
  }
  indexes.set(union, index)
  return index
}

function keysOf({ kind, name, aliases }: NamedNode): readonly string[] {
  return [`${kind} ${shortName(name)}`, ...aliases.map((alias) => `${kind} alias ${alias}`)]
}

function keysToFind({ kind, name }: NamedNode): readonly string[] {
  return [`${kind} ${shortName(name)}`, `${kind} alias ${name}`]
}

function promotionsOf({ kind }: SchemaNode): readonly Primitive[] {
  return (PROMOTIONS as { readonly [kind: string]: readonly Primitive[] | undefined })[kind] ?? []
}
