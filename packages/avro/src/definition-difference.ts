import { attributeChanges } from './attribute-difference.ts'
import { changeOf, listChanges, type SchemaChange } from './schema-change.ts'
import { jsonText } from './schema-json.ts'
import type { FieldNode, RecordNode, SchemaNode } from './schema-tree.ts'
import type { DefinitionPair } from './type-difference.ts'
import { logicalInWords, typeInWords } from './type-in-words.ts'

/** What is other in a definition itself, and the types of the fields that it had before and has still. */
export interface DefinitionDifference {
  readonly changes: readonly SchemaChange[]
  readonly fields: readonly FieldPair[]
}

interface FieldPair {
  readonly path: string
  readonly before: SchemaNode
  readonly after: SchemaNode
}

export function definitionDifference(pair: DefinitionPair): DefinitionDifference {
  const { path, before, after } = pair
  const common = [
    ...changeOf(path, 'name', before.name, after.name),
    ...listChanges(path, 'alias', before.aliases.toSorted(), after.aliases.toSorted()),
    ...attributeChanges(path, before, after, KNOWN),
  ]
  if (before.kind === 'record' && after.kind === 'record') {
    return recordDifference(path, before, after, common)
  }
  if (before.kind === 'enum' && after.kind === 'enum') {
    const changes = [
      ...common,
      ...listChanges(path, 'symbol', before.symbols, after.symbols),
      ...changeOf(path, 'default', before.default, after.default),
    ]
    return { changes, fields: [] }
  }
  if (before.kind === 'fixed' && after.kind === 'fixed') {
    const [from, to] = [before, after].map((one) => `${one.size} bytes${logicalInWords(one)}`)
    return { changes: [...common, ...changeOf(path, 'size', from, to)], fields: [] }
  }
  return { changes: common, fields: [] }
}

/** Compared by what they mean, or not at all. */
const KNOWN = [
  'type',
  'name',
  'namespace',
  'aliases',
  'fields',
  'symbols',
  'size',
  'default',
  'logicalType',
  'precision',
  'scale',
]

function recordDifference(
  path: string,
  before: RecordNode,
  after: RecordNode,
  common: readonly SchemaChange[],
): DefinitionDifference {
  const earlier = new Map(before.fields.map((field) => [field.name, field]))
  const pairs = after.fields.flatMap((field) => {
    // By its name, or by one that it had.
    const match = [field.name, ...field.aliases].map((name) => earlier.get(name)).find(Boolean)
    return match === undefined ? [] : [{ path: below(path, field), before: match, after: field }]
  })
  const kept = new Set(pairs.flatMap((pair) => [pair.before, pair.after]))
  const added = after.fields.filter((field) => !kept.has(field))
  const removed = before.fields.filter((field) => !kept.has(field))
  const changes = [
    ...common,
    ...added.flatMap((field) =>
      changeOf(below(path, field), 'field', undefined, fieldInWords(field)),
    ),
    ...removed.flatMap((field) =>
      changeOf(below(path, field), 'field', fieldInWords(field), undefined),
    ),
    ...pairs.flatMap((pair) => fieldChanges(pair.path, pair.before, pair.after)),
  ]
  const fields = pairs.map((pair) => ({
    path: pair.path,
    before: pair.before.type,
    after: pair.after.type,
  }))
  return { changes, fields }
}

function fieldChanges(path: string, before: FieldNode, after: FieldNode): readonly SchemaChange[] {
  const known = ['name', 'type', 'default', 'aliases']
  return [
    ...changeOf(path, 'name', before.name, after.name),
    ...listChanges(path, 'alias', before.aliases.toSorted(), after.aliases.toSorted()),
    ...changeOf(path, 'default', defaultInWords(before), defaultInWords(after)),
    ...attributeChanges(path, before, after, known),
  ]
}

function fieldInWords(field: FieldNode): string {
  const fallback = defaultInWords(field)
  const tail = fallback === undefined ? 'no default' : `default ${fallback}`
  return `${typeInWords(field.type)}, ${tail}`
}

function defaultInWords(field: FieldNode): string | undefined {
  return field.default === undefined ? undefined : jsonText(field.default)
}

function below(path: string, { name }: FieldNode): string {
  return path === '' ? name : `${path}.${name}`
}
