import { parseLogicalType } from './logical-type.ts'
import type { RecordNode, SchemaNode } from './schema-tree.ts'
import { type TypeNames, partsOf } from './typescript-names.ts'
import { propertyName } from './typescript-words.ts'

/** Data as it is read, where nothing is missing, or as it is written. */
export type Form = 'read' | 'input'

/** The types of which a value is one; null, where it may be, is the last. */
export function typeText(node: SchemaNode, form: Form, names: TypeNames): readonly string[] {
  if (node.kind !== 'union') return [branchText(node, form, names)]
  const branches = node.branches.filter(({ kind }) => kind !== 'null')
  const texts = branches.flatMap((branch) => {
    const text = branchText(branch, form, names)
    const isAlone = branches.every((other) => other === branch || !isLike(branch, other))
    return isAlone ? [text] : [text, `{ ${propertyName(branchName(branch))}: ${text} }`]
  })
  const isNullable = branches.length < node.branches.length
  return [...new Set(isNullable ? [...texts, 'null'] : texts)]
}

/** Whether it, or a record within it, has a field that may be left out when it is written. */
export function hasInputForm(record: RecordNode): boolean {
  const seen = new Set<SchemaNode>()
  const stack: SchemaNode[] = [record]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.kind === 'record' && node.fields.some((field) => field.default !== undefined)) {
      return true
    }
    stack.push(...partsOf(node))
  }
  return false
}

function branchText(node: SchemaNode, form: Form, names: TypeNames): string {
  switch (node.kind) {
    case 'array': {
      const items = typeText(node.items, form, names)
      return items.length === 1 ? `${items.join('')}[]` : `(${items.join(' | ')})[]`
    }
    case 'map':
      return `Record<string, ${typeText(node.values, form, names).join(' | ')}>`
    case 'union':
      return typeText(node, form, names).join(' | ')
    case 'record':
      return form === 'input' ? `${names.of(node)}Input` : names.of(node)
    case 'enum':
    case 'fixed':
      return names.of(node)
    case 'int':
    case 'long':
      if (isLogical(node)) return 'string'
      return node.kind === 'int' ? 'number' : 'number | bigint'
    case 'float':
    case 'double':
      return 'number'
    case 'bytes':
    case 'string':
      return 'string'
    default:
      return node.kind
  }
}

/** An unknown logical type, or one that does not go with its type, is as if it were not there. */
function isLogical({ kind, attributes }: SchemaNode): boolean {
  return parseLogicalType(attributes, { kind }) !== undefined
}

/** As the mapping names a branch. */
function branchName(node: SchemaNode): string {
  return 'name' in node ? node.name : node.kind
}

/** Whether some values of the two are of one kind in JSON. */
function isLike(one: SchemaNode, other: SchemaNode): boolean {
  const kinds = jsonKindsOf(other)
  return jsonKindsOf(one).some((kind) => kinds.includes(kind))
}

function jsonKindsOf(node: SchemaNode): readonly string[] {
  switch (node.kind) {
    case 'map':
    case 'record':
      return ['object']
    case 'int':
    case 'long':
      return isLogical(node) ? ['string', 'number'] : ['number']
    case 'float':
    case 'double':
      return ['number', 'string']
    case 'bytes':
    case 'string':
    case 'enum':
    case 'fixed':
      return ['string']
    default:
      return [node.kind]
  }
}
