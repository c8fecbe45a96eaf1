import type { MediaType, OpenApiDocument, Schema } from './open-api.ts'

type Components = OpenApiDocument['components']

/** What a body looks like: the first example that is given, or one put together from the examples of its parts. */
export function exampleOf(
  { example, examples, schema }: MediaType,
  components: Components,
): unknown {
  const [named] = Object.values(examples ?? {})
  return named?.value ?? example ?? exampleOfSchema(schema ?? {}, components)
}

function exampleOfSchema(schema: Schema, components: Components): unknown {
  const [own] = schema.examples ?? []
  if (own !== undefined) return own
  if (schema.const !== undefined) return schema.const
  if (schema.$ref !== undefined) {
    const target = components?.schemas?.[schema.$ref.split('/').at(-1) ?? '']
    return target === undefined ? undefined : exampleOfSchema(target, components)
  }
  for (const alternative of schema.anyOf ?? schema.oneOf ?? []) {
    const example = exampleOfSchema(alternative, components)
    if (example !== undefined) return example
  }
  if (schema.items !== undefined) {
    const item = exampleOfSchema(schema.items, components)
    return item === undefined ? undefined : [item]
  }
  return exampleOfFields(schema, components)
}

function inCode(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

/** What must be there and has no example shows its type at least. */
function exampleOfFields(schema: Schema, components: Components): unknown {
  const { properties = {}, required = [] } = schema
  const fields = Object.entries(properties)
    .map(([name, property]) => {
      const example = exampleOfSchema(property, components)
      return [name, example ?? (required.includes(name) ? PLAIN.get(property.type) : undefined)]
    })
    .filter(([, example]) => example !== undefined)
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}

/** A type in a word or two, with its range. */
export function typeOf(schema: Schema): string {
  const { type, anyOf, oneOf, minimum, maximum, default: otherwise } = schema
  const alternatives = anyOf ?? oneOf
  const plain = Array.isArray(type) ? type.join(' or ') : String(type ?? '')
  const name =
    alternatives === undefined
      ? (literals(schema) ?? plain)
      : [...new Set(alternatives.map(typeOf))].join(' or ')
  const most = maximum === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : maximum
  const range = minimum === undefined || most === undefined ? '' : `, ${minimum} to ${most}`
  return `${name}${range}${otherwise === undefined ? '' : `; else ${JSON.stringify(otherwise)}`}`
}

function literals(schema: Schema): string | undefined {
  if (schema.const !== undefined) return inCode(schema.const)
  return schema.enum?.map(inCode).join(' or ')
}

const PLAIN = new Map<Schema['type'], unknown>([
  ['integer', 0],
  ['number', 0],
  ['boolean', false],
  ['string', ''],
  ['array', []],
  ['object', {}],
])
