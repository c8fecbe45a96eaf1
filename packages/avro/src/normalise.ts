/**
 * The normal form of a schema's text: schemas that say the same in other words have the same one.
 *
 *   - no white space between tokens;
 *   - names and aliases full, so that no `namespace` is needed; a primitive without attributes is its bare name;
 *   - attributes in this order: name, type; items, values, symbols, size, fields; order, doc, aliases, default; then
 *     those that Avro leaves to others (`logicalType` among them), sorted; within them and within defaults, too;
 *   - what says nothing is left out: `"order": "ascending"`, no aliases, an empty doc, a decimal's scale of 0.
 *
 * What data looks like, and what a reader makes of it, is that of the text it is made of; so is every reference.
 */
import { definedName, fullNameOf, isPrimitive, namespaceOf } from './full-name.ts'
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  parseSchemaJson,
  stringsOf,
} from './schema-json.ts'

/** Throws SchemaFault for what is not JSON. */
export function normalise(text: string): string {
  return JSON.stringify(normal(parseSchemaJson(text), ''))
}

function normal(schema: Json, namespace: string): Json {
  if (typeof schema === 'string') return reference(schema, namespace)
  if (isJsonArray(schema)) return schema.map((branch) => normal(branch, namespace))
  if (!isJsonObject(schema)) return schema
  const { type } = schema
  if (typeof type !== 'string') return normal(type ?? null, namespace)
  switch (type) {
    case 'array': {
      const items = normal(schema['items'] ?? null, namespace)
      return { type, items, ...others(schema, ['type', 'items']) }
    }
    case 'map': {
      const values = normal(schema['values'] ?? null, namespace)
      return { type, values, ...others(schema, ['type', 'values']) }
    }
    case 'enum':
    case 'fixed':
    case 'record':
    case 'error':
      return definition(type, schema, namespace)
    default: {
      const rest = others(schema, ['type'])
      const name = reference(type, namespace)
      return Object.keys(rest).length === 0 ? name : { type: name, ...rest }
    }
  }
}

/** The full name; where a namespace surrounds it and it has none, the dot in front keeps the two apart. */
function reference(name: string, namespace: string): string {
  const fullName = fullNameOf(name, namespace)
  if (namespace === '' || isPrimitive(fullName) || fullName.includes('.')) return fullName
  return `.${fullName}`
}

function definition(
  type: 'enum' | 'fixed' | 'record' | 'error',
  schema: JsonObject,
  namespace: string,
): JsonObject {
  const name = definedName(schema, namespace)
  const inside = namespaceOf(name)
  const { symbols = [], size = 0, fields, doc } = schema
  const aliases = stringsOf(schema['aliases']).map((alias) => reference(alias, inside))
  const isInNone = inside === '' && namespace !== ''
  const head = { name, ...(isInNone ? { namespace: '' } : {}), type }
  const placed = ['name', 'namespace', 'type', 'doc', 'aliases']
  switch (type) {
    case 'enum': {
      const rest = others(schema, [...placed, 'symbols', 'default'])
      const fallback = schema['default']
      return { ...head, symbols, ...told({ doc, aliases, default: fallback }), ...rest }
    }
    case 'fixed': {
      const rest = others(schema, [...placed, 'size'])
      return { ...head, size, ...told({ doc, aliases, default: undefined }), ...rest }
    }
    case 'record':
    case 'error': {
      const normalFields = isJsonArray(fields) ? fields.map((field) => fieldOf(field, inside)) : []
      const rest = others(schema, [...placed, 'fields'])
      const tail = { ...told({ doc, aliases, default: undefined }), ...rest }
      return { ...head, fields: normalFields, ...tail }
    }
  }
}

function fieldOf(field: Json, namespace: string): Json {
  if (!isJsonObject(field)) return field
  const { name = null, type = null, order, doc } = field
  const aliases = stringsOf(field['aliases'])
  return {
    name,
    type: normal(type, namespace),
    ...(order === undefined || order === 'ascending' ? {} : { order }),
    ...told({ doc, aliases, default: field['default'] }),
    ...others(field, ['name', 'type', 'order', 'doc', 'aliases', 'default']),
  }
}

interface Told {
  readonly doc: Json | undefined
  readonly aliases: readonly string[]
  readonly default: Json | undefined
}

function told({ doc, aliases, default: fallback }: Told): JsonObject {
  return {
    ...(doc === undefined || doc === '' ? {} : { doc }),
    ...(aliases.length === 0 ? {} : { aliases: [...new Set(aliases)].toSorted() }),
    ...(fallback === undefined ? {} : { default: sorted(fallback) }),
  }
}

/** The attributes that have no place of their own in the form. */
function others(schema: JsonObject, placed: readonly string[]): JsonObject {
  const isScaled = schema['logicalType'] !== 'decimal' || schema['scale'] !== 0
  const keys = Object.keys(schema).filter(
    (key) => !placed.includes(key) && (isScaled || key !== 'scale'),
  )
  return Object.fromEntries(keys.toSorted().map((key) => [key, sorted(schema[key] ?? null)]))
}

function sorted(value: Json): Json {
  if (isJsonArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  const keys = Object.keys(value).toSorted()
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]))
}
