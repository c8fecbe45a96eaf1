import { jsonText } from './schema-json.ts'
import type { SchemaNode } from './schema-tree.ts'

/** A type in a few words, for people: `null | array of long (timestamp-millis)`. What has a name goes by it. */
export function typeInWords(node: SchemaNode): string {
  if ('name' in node) return node.name
  switch (node.kind) {
    case 'array':
      return `array of ${within(node.items)}`
    case 'map':
      return `map of ${within(node.values)}`
    case 'union':
      return node.branches.map(typeInWords).join(' | ')
    default:
      return `${node.kind}${logicalInWords(node)}`
  }
}

/** Also of what has a name: a fixed may be a decimal. */
export function logicalInWords({ attributes }: SchemaNode): string {
  const { logicalType, precision, scale = 0 } = attributes
  if (typeof logicalType !== 'string') return ''
  if (logicalType !== 'decimal' || typeof precision !== 'number') return ` (${logicalType})`
  return ` (decimal ${precision}, ${jsonText(scale)})`
}

function within(node: SchemaNode): string {
  return node.kind === 'union' ? `(${typeInWords(node)})` : typeInWords(node)
}
