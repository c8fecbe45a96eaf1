import { changeOf, type SchemaChange } from './schema-change.ts'
import type { NamedNode, SchemaNode } from './schema-tree.ts'
import { attributeChanges } from './attribute-difference.ts'
import { typeInWords } from './type-in-words.ts'
import { isNameOf } from './union-branch.ts'

/** What is other in two types outside of what they define, and the definitions that are yet to be looked at. */
export interface TypeDifference {
  readonly changes: readonly SchemaChange[]
  readonly definitions: readonly DefinitionPair[]
}

/** A type that has a name, as it was and as it is. */
export interface DefinitionPair {
  readonly path: string
  readonly before: NamedNode
  readonly after: NamedNode
}

export function typeDifference(
  path: string,
  before: SchemaNode,
  after: SchemaNode,
): TypeDifference {
  if (before.kind === 'union' || after.kind === 'union') return unionDifference(path, before, after)
  if ('name' in before && 'name' in after && before.kind === after.kind) {
    return { changes: [], definitions: [{ path, before, after }] }
  }
  if (before.kind === 'array' && after.kind === 'array') {
    const attributes = attributeChanges(path, before, after, ['type', 'items'])
    return withChanges(attributes, typeDifference(`${path}[]`, before.items, after.items))
  }
  if (before.kind === 'map' && after.kind === 'map') {
    const attributes = attributeChanges(path, before, after, ['type', 'values'])
    return withChanges(attributes, typeDifference(`${path}{}`, before.values, after.values))
  }
  const [from, to] = [typeInWords(before), typeInWords(after)]
  if (from !== to) return { changes: changeOf(path, 'type', from, to), definitions: [] }
  const changes = attributeChanges(path, before, after, [
    'type',
    'logicalType',
    'precision',
    'scale',
  ])
  return { changes, definitions: [] }
}

/** Where one of the two is no union, it stands for a union of itself alone. */
function unionDifference(path: string, before: SchemaNode, after: SchemaNode): TypeDifference {
  const earlier = before.kind === 'union' ? before.branches : [before]
  const later = after.kind === 'union' ? after.branches : [after]
  const pairs = later.flatMap((branch) => {
    const match = earlierOf(earlier, branch)
    return match === undefined ? [] : [{ before: match, after: branch }]
  })
  const below = pairs.map((pair) => typeDifference(path, pair.before, pair.after))
  const definitions = below.flatMap((one) => one.definitions)
  const ofBranches = below.flatMap((one) => one.changes)
  if (before.kind !== after.kind) {
    const changed = changeOf(path, 'type', typeInWords(before), typeInWords(after))
    return { changes: [...changed, ...ofBranches], definitions }
  }
  const kept = new Set(pairs.flatMap((pair) => [pair.before, pair.after]))
  const added = later.filter((branch) => !kept.has(branch))
  const removed = earlier.filter((branch) => !kept.has(branch))
  const places = new Map(earlier.map((branch, at) => [branch, at]))
  const order = pairs.map((pair) => places.get(pair.before) ?? 0)
  const isReordered = order.some((place, at) => place < (order[at - 1] ?? 0))
  const changes = [
    ...added.flatMap((branch) => changeOf(path, 'branch', undefined, typeInWords(branch))),
    ...removed.flatMap((branch) => changeOf(path, 'branch', typeInWords(branch), undefined)),
    ...(isReordered
      ? changeOf(path, 'order of branches', typeInWords(before), typeInWords(after))
      : []),
  ]
  return { changes: [...changes, ...ofBranches], definitions }
}

/** By its full name, where another branch has it as well without its namespace. */
function earlierOf(earlier: readonly SchemaNode[], branch: SchemaNode): SchemaNode | undefined {
  const ofKind = earlier.filter(({ kind }) => kind === branch.kind)
  if (!('name' in branch)) return ofKind[0]
  const named = ofKind.filter((one) => 'name' in one)
  return (
    named.find(({ name }) => name === branch.name) ?? named.find((one) => isNameOf(branch, one))
  )
}

function withChanges(changes: readonly SchemaChange[], below: TypeDifference): TypeDifference {
  return { changes: [...changes, ...below.changes], definitions: below.definitions }
}
