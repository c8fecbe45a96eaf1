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

/** `name` in full where `namespace` is the one around it. */
export function fullNameOf(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

/**
 * Which of the types defined so far `name` is; undefined: none. One of no namespace is found from
 * inside of one as well: Java writes its name without any mark.
 */
export function findNamed<T>(
  defined: ReadonlyMap<string, T>,
  name: string,
  namespace: string,
): T | undefined {
  return defined.get(fullNameOf(name, namespace)) ?? defined.get(name)
}

/** The full name of what is defined; its aliases and its parts are read in the namespace of that. */
export function definedName(definition: JsonObject, namespace: string): string {
  const own = definition['namespace']
  return fullNameOf(stringOf(definition['name']), own === undefined ? namespace : stringOf(own))
}

export function namespaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')))
}

export function unqualified(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}
