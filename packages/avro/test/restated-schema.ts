import { type Draw, type SchemaDefinition, type SchemaJson, SIMPLE } from './random-schema.ts'

/** The same in other words: attributes in another order, names short or full, what is plain said nevertheless. */
export function restate(draw: Draw, schema: SchemaJson, namespace: string): SchemaJson {
  if (typeof schema === 'string') return restateName(draw, schema, namespace)
  if (Array.isArray(schema)) return schema.map((branch) => restate(draw, branch, namespace))
  if (typeof schema !== 'object' || schema === null) return schema
  const { name, fields, items, values } = schema
  const inside = typeof name === 'string' ? namespaceOf(name) : namespace
  const restated: SchemaDefinition = {
    ...schema,
    ...(typeof name === 'string' ? restateDefined(draw, name, namespace) : {}),
    ...(Array.isArray(fields)
      ? { fields: fields.map((field) => restateField(draw, field, inside)) }
      : {}),
    ...(items === undefined ? {} : { items: restate(draw, items, namespace) }),
    ...(values === undefined ? {} : { values: restate(draw, values, namespace) }),
  }
  return shuffled(draw, restated)
}

/** All of its names in this namespace. */
export function inNamespace(schema: SchemaDefinition, namespace: string): SchemaDefinition {
  const text = JSON.stringify(schema).replaceAll(/"(N\d+_*)"/g, `"${namespace}.$1"`)
  return JSON.parse(text) as SchemaDefinition
}

function restateName(draw: Draw, name: string, namespace: string): SchemaJson {
  if (SIMPLE.includes(name)) return draw(3) === 0 ? { type: name } : name
  return draw(2) === 0 ? shortened(name, namespace) : name
}

function restateDefined(draw: Draw, name: string, namespace: string): SchemaDefinition {
  const own = namespaceOf(name)
  if (draw(3) === 0) return { name: name.slice(own.length + 1), namespace: own }
  return { name: draw(2) === 0 ? shortened(name, namespace) : name }
}

function restateField(draw: Draw, field: SchemaJson, namespace: string): SchemaJson {
  if (typeof field !== 'object' || field === null || Array.isArray(field)) return field
  const type = restate(draw, field['type'] ?? null, namespace)
  const order = draw(3) === 0 ? { order: 'ascending' } : {}
  return shuffled(draw, { ...field, type, ...order, ...(draw(4) === 0 ? { doc: '' } : {}) })
}

function shortened(name: string, namespace: string): string {
  return namespaceOf(name) === namespace ? name.slice(namespace.length + 1) : name
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

function shuffled(draw: Draw, schema: SchemaDefinition): SchemaDefinition {
  const entries = Object.entries(schema)
  const order = entries.map((entry) => ({ entry, at: draw(8) }))
  return Object.fromEntries(order.sort((one, other) => one.at - other.at).map(({ entry }) => entry))
}
