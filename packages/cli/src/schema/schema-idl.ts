import avsc from 'avsc'
import { notASchema } from './schema-file.ts'

/** The schema of an Avro IDL file, as JSON text: the one that it is, or the last record of its protocol. */
export function schemaOfIdl(text: string, file: string): string {
  try {
    if (!PROTOCOL.test(text)) return JSON.stringify(avsc.readSchema(text))
    return JSON.stringify(ofProtocol(avsc.readProtocol(text) as Readonly<Record<string, unknown>>))
  } catch (error) {
    throw notASchema(file, error instanceof Error ? error.message : String(error), error)
  }
}

/** With the others that it names, each where it is named first. */
function ofProtocol(protocol: Readonly<Record<string, unknown>>): unknown {
  const { types, namespace } = protocol
  const list = Array.isArray(types) ? types.filter(isObject) : []
  const last = list.findLast(({ type }) => type === 'record') ?? list.at(-1)
  if (last === undefined) throw new Error('The protocol has no type.')
  const waiting = new Map(list.map((type) => [String(type['name']), type]))
  const inlined = (schema: unknown): unknown => {
    if (Array.isArray(schema)) return schema.map(inlined)
    if (typeof schema === 'string') {
      const named = waiting.get(schema)
      return named === undefined ? schema : inlined(named)
    }
    if (!isObject(schema)) return schema
    if (typeof schema['name'] === 'string') waiting.delete(schema['name'])
    const within = Object.entries(schema).map(([key, value]): [string, unknown] => {
      if (key === 'fields' && Array.isArray(value)) return [key, value.map(inlinedField)]
      return [key, WITHIN.has(key) ? inlined(value) : value]
    })
    return Object.fromEntries(within)
  }
  const inlinedField = (field: unknown): unknown =>
    isObject(field) ? { ...field, type: inlined(field['type']) } : field
  const whole = inlined(last)
  const isPlaced = isObject(whole) && 'namespace' in whole
  return isPlaced || namespace === undefined ? whole : { ...(whole as object), namespace }
}

const PROTOCOL = /^\s*protocol\s+\S+\s*\{|\)\s*protocol\s+\S+\s*\{/m
const WITHIN: ReadonlySet<string> = new Set(['type', 'items', 'values'])

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
