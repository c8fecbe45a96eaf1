import { definitionDifference } from './definition-difference.ts'
import type { SchemaChange } from './schema-change.ts'
import { readSchemaTree, type SchemaNode, type SchemaSource } from './schema-tree.ts'
import { typeDifference } from './type-difference.ts'

/**
 * What `after` has otherwise than `before`, in its order: each type, then what its fields are of. A
 * type that occurs more than once is told of at its first place.
 */
export function schemaDifference(
  before: SchemaSource,
  after: SchemaSource,
): readonly SchemaChange[] {
  const whole = typeDifference('', readSchemaTree(before), readSchemaTree(after))
  const changes = [...whole.changes]
  const told = new Set<SchemaNode>()
  const stack = whole.definitions.toReversed()
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    if (told.has(pair.after)) continue
    told.add(pair.after)
    const definition = definitionDifference(pair)
    for (const change of definition.changes) changes.push(change)
    const fields = definition.fields.map((one) => typeDifference(one.path, one.before, one.after))
    for (const change of fields.flatMap((field) => field.changes)) changes.push(change)
    for (const below of fields.flatMap((field) => field.definitions).toReversed()) stack.push(below)
  }
  return changes
}
