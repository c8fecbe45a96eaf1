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
import type { NamedSchemaText } from './avro-schema.ts'
import { expectFullName, findNamed, fullName, isPrimitiveName, namespaceOf } from './schema-name.ts'
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  jsonText,
  parseSchemaJson,
  stringsOf,
} from './schema-json.ts'

/** `references` are needed only where their names are written without a namespace. Throws SchemaFault. */
export function normalise(text: string, references: readonly NamedSchemaText[] = []): string {
  const defined = new Map<string, string>()
  for (const reference of references) {
    normal(parseSchemaJson(reference.text), { namespace: '', defined })
  }
  return jsonText(normal(parseSchemaJson(text), { namespace: '', defined }))
}

interface Place {
  readonly namespace: string
  /** The names that were defined so far, by themselves. */
  readonly defined: Map<string, string>
}

function normal(schema: Json | undefined, place: Place): Json {
  if (typeof schema === 'string') return reference(schema, place)
  if (isJsonArray(schema)) return schema.map((branch) => normal(branch, place))
  if (!isJsonObject(schema)) return schema ?? null
  const { type } = schema
  if (typeof type !== 'string') return normal(type, place)
  switch (type) {
    case 'array':
      return { type, items: normal(schema['items'], place), ...others(schema, ['type', 'items']) }
    case 'map':
      return {
        type,
        values: normal(schema['values'], place),
        ...others(schema, ['type', 'values']),
      }
    case 'enum':
    case 'fixed':
    case 'record':
    case 'error':
      return definition(type, schema, place)
    default: {
      const rest = others(schema, ['type'])
      const name = reference(type, place)
      return Object.keys(rest).length === 0 ? name : { type: name, ...rest }
    }
  }
}

/** In full. One that nothing here defines is left as it is: which it is depends on what the text refers to. */
function reference(name: string, { namespace, defined }: Place): string {
  return isPrimitiveName(name) ? name : (findNamed(defined, name, namespace) ?? name)
}

function definition(
  type: 'enum' | 'fixed' | 'record' | 'error',
  schema: JsonObject,
  { namespace, defined }: Place,
): JsonObject {
  const name = expectFullName(schema, namespace, '')
  defined.set(name, name)
  const inside = namespaceOf(name)
  const { symbols = [], size = 0, fields, doc } = schema
  const aliases = stringsOf(schema['aliases']).map((alias) => fullName(alias, inside))
  // A name without a dot is taken for one of the namespace around it, unless it is said to be of none.
  const head = { name, ...(inside === '' && namespace !== '' ? { namespace: '' } : {}), type }
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
      const place = { namespace: inside, defined }
      const normalFields = isJsonArray(fields) ? fields.map((field) => fieldOf(field, place)) : []
      const rest = others(schema, [...placed, 'fields'])
      const tail = { ...told({ doc, aliases, default: undefined }), ...rest }
      return { ...head, fields: normalFields, ...tail }
    }
  }
}

function fieldOf(field: Json, place: Place): Json {
  if (!isJsonObject(field)) return field
  const { name = null, type, order, doc } = field
  const aliases = stringsOf(field['aliases'])
  return {
    name,
    type: normal(type, place),
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
