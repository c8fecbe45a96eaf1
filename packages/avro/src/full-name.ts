/**
 * The names of Avro's records, enums and fixeds: a namespace and a name, joined by a dot. Where a text gives a name
 * without a dot, the namespace is that of the definition around it. (Avro's specification, "Names".)
 */
import { type JsonObject, stringOf } from './schema-json.ts'

export const PRIMITIVES = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
] as const

export type Primitive = (typeof PRIMITIVES)[number]

export function isPrimitive(name: string): name is Primitive {
  return PRIMITIVES.some((primitive) => primitive === name)
}

/** What `name` means where `namespace` is the one around it; a primitive's name is the same everywhere. */
export function fullNameOf(name: string, namespace: string): string {
  if (isPrimitive(name)) return name
  return qualify(name, namespace)
}

/** The full name of what is defined, and with its namespace what its own aliases and parts are read in. */
export function definedName(definition: JsonObject, namespace: string): string {
  const own = definition['namespace']
  return qualify(stringOf(definition['name']), typeof own === 'string' ? own : namespace)
}

export function namespaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')))
}

export function unqualified(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}

/** A dot in front is how avsc has a name of no namespace written inside of one. */
function qualify(name: string, namespace: string): string {
  if (name.includes('.')) return name.startsWith('.') ? name.slice(1) : name
  return namespace === '' ? name : `${namespace}.${name}`
}
