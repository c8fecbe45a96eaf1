import type { NamedSchemaText } from './avro-schema.ts'
import type { PrimitiveType } from './avro-type.ts'
import { expectFullName, findNamed, fullName, isPrimitiveName, namespaceOf } from './schema-name.ts'
import { SchemaFault } from './schema-fault.ts'
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  parseSchemaJson,
  stringOf,
  stringsOf,
} from './schema-json.ts'

/** A schema's text, and the texts of those whose names it uses: each after those that it names itself. */
export interface SchemaSource {
  readonly text: string
  readonly references?: readonly NamedSchemaText[]
}

/** A schema as its specification speaks of it: names full, and in place of a name what it names. May go in circles. */
export type SchemaNode =
  | PrimitiveNode
  | ArrayNode
  | MapNode
  | UnionNode
  | RecordNode
  | EnumNode
  | FixedNode

export type NamedNode = RecordNode | EnumNode | FixedNode

interface Attributed {
  /** All that its author wrote of it: `logicalType`, `doc`, and what Avro knows nothing of. */
  readonly attributes: JsonObject
}

interface Named extends Attributed {
  readonly name: string
  readonly aliases: readonly string[]
}

export interface PrimitiveNode extends Attributed {
  readonly kind: PrimitiveType['kind']
}

export interface ArrayNode extends Attributed {
  readonly kind: 'array'
  readonly items: SchemaNode
}

export interface MapNode extends Attributed {
  readonly kind: 'map'
  readonly values: SchemaNode
}

export interface UnionNode extends Attributed {
  readonly kind: 'union'
  readonly branches: readonly SchemaNode[]
}

export interface RecordNode extends Named {
  readonly kind: 'record'
  readonly fields: readonly FieldNode[]
}

export interface EnumNode extends Named {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  /** What a reader makes of a symbol that it does not know. Undefined: nothing. */
  readonly default: string | undefined
}

export interface FixedNode extends Named {
  readonly kind: 'fixed'
  readonly size: number
}

export interface FieldNode extends Attributed {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: SchemaNode
  /** Undefined: it has none. */
  readonly default: Json | undefined
}

/** Throws SchemaFault for a name that nothing defines. */
export function readSchemaTree({ text, references = [] }: SchemaSource): SchemaNode {
  const names = new Map<string, NamedNode>()
  for (const reference of references) read(parseSchemaJson(reference.text), { names, path: '' }, '')
  return read(parseSchemaJson(text), { names, path: '' }, '')
}

interface Place {
  readonly names: Map<string, NamedNode>
  readonly path: string
}

function read(schema: Json | undefined, place: Place, namespace: string): SchemaNode {
  if (typeof schema === 'string') return readName(schema, place, namespace)
  if (isJsonArray(schema)) {
    const branches = schema.map((branch, at) => read(branch, below(place, at), namespace))
    return { kind: 'union', branches, attributes: {} }
  }
  if (isJsonObject(schema)) return readObject(schema, place, namespace)
  throw new SchemaFault('Neither a name nor a definition stands here.', place.path)
}

function readName(name: string, place: Place, namespace: string): SchemaNode {
  if (isPrimitiveName(name)) return { kind: name, attributes: {} }
  const named = findNamed(place.names, name, namespace)
  if (named === undefined) {
    throw new SchemaFault(`No type is called ${JSON.stringify(name)} up to here.`, place.path)
  }
  return named
}

function readObject(schema: JsonObject, place: Place, namespace: string): SchemaNode {
  const { type } = schema
  if (typeof type !== 'string') return read(type, below(place, 'type'), namespace)
  if (isPrimitiveName(type)) return { kind: type, attributes: schema }
  switch (type) {
    case 'array': {
      const items = read(schema['items'], below(place, 'items'), namespace)
      return { kind: 'array', items, attributes: schema }
    }
    case 'map': {
      const values = read(schema['values'], below(place, 'values'), namespace)
      return { kind: 'map', values, attributes: schema }
    }
    case 'enum':
    case 'fixed':
    case 'record':
    case 'error':
      return readDefinition(type, schema, place, namespace)
    default:
      return readName(type, place, namespace)
  }
}

function readDefinition(
  type: 'enum' | 'fixed' | 'record' | 'error',
  schema: JsonObject,
  place: Place,
  namespace: string,
): NamedNode {
  const name = expectFullName(schema, namespace, place.path)
  const inside = namespaceOf(name)
  const aliases = stringsOf(schema['aliases']).map((alias) => fullName(alias, inside))
  const named = { name, aliases, attributes: schema }
  switch (type) {
    case 'enum': {
      const symbols = stringsOf(schema['symbols'])
      const fallback = typeof schema['default'] === 'string' ? schema['default'] : undefined
      return define(place, { kind: 'enum', ...named, symbols, default: fallback })
    }
    case 'fixed':
      return define(place, { kind: 'fixed', ...named, size: Number(schema['size']) })
    case 'record':
    case 'error': {
      const fields: FieldNode[] = []
      // Defined before its fields are read: they may be of this record.
      const record = define(place, { kind: 'record', ...named, fields })
      for (const field of readFields(schema, below(place, 'fields'), inside)) fields.push(field)
      return record
    }
  }
}

function define<T extends NamedNode>({ names }: Place, node: T): T {
  names.set(node.name, node)
  return node
}

function readFields(schema: JsonObject, place: Place, namespace: string): readonly FieldNode[] {
  const fields = isJsonArray(schema['fields']) ? schema['fields'] : []
  return fields.filter(isJsonObject).map((field, at) => ({
    name: stringOf(field['name']),
    aliases: stringsOf(field['aliases']),
    type: read(field['type'], below(below(place, at), 'type'), namespace),
    default: field['default'],
    attributes: field,
  }))
}

function below({ names, path }: Place, key: string | number): Place {
  return { names, path: `${path}/${key}` }
}
