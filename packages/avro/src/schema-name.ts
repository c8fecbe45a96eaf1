import type { PrimitiveType } from './avro-type.ts'
import { SchemaFault } from './schema-fault.ts'
import { shown } from './shown-value.ts'

/** Names of types, as the Avro specification has them ("Names"): dotted, or of the namespace around them. */
export function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

export function namespaceOf(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')))
}

/** Without its namespace. */
export function shortName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}

/**
 * Which of the types defined so far `name` is; undefined: none. One without a dot is of the namespace
 * around it, else of none: Java writes the latter without any mark.
 */
export function findNamed<T>(
  defined: ReadonlyMap<string, T>,
  name: string,
  namespace: string,
): T | undefined {
  return defined.get(fullName(name, namespace)) ?? defined.get(name)
}

export function isPrimitiveName(name: string): name is PrimitiveType['kind'] {
  return PRIMITIVES.has(name)
}

/** The full name of the type that an object defines. A name with dots in it says its namespace itself. */
export function expectFullName(
  schema: Readonly<Record<string, unknown>>,
  enclosing: string,
  path: string,
): string {
  const { name, namespace = enclosing } = schema
  if (typeof name !== 'string') throw new SchemaFault('A name is missing.', path)
  if (!isDotted(name)) throw badName(name, `${path}/name`)
  if (name.includes('.')) return name
  if (namespace !== null && namespace !== '' && !isDotted(namespace)) {
    throw badName(namespace, `${path}/namespace`)
  }
  const full = fullName(name, namespace ?? '')
  if (isPrimitiveName(full)) {
    throw new SchemaFault(`A type cannot be called ${full}: Avro has one.`, `${path}/name`)
  }
  return full
}

/** Of a field or a symbol. */
export function expectName(name: unknown, path: string): string {
  if (typeof name === 'string' && NAME.test(name)) return name
  throw name === undefined ? new SchemaFault('A name is missing.', path) : badName(name, path)
}

/** Of a type, when there is a namespace: in full. */
export function parseAliases(aliases: unknown, path: string, namespace = ''): readonly string[] {
  if (aliases === undefined || aliases === null) return []
  if (!Array.isArray(aliases)) throw new SchemaFault('Aliases are an array of names.', path)
  return aliases.map((alias: unknown, index) => {
    if (!isDotted(alias)) throw badName(alias, `${path}/${index}`)
    return fullName(alias, namespace)
  })
}

function isDotted(name: unknown): name is string {
  return typeof name === 'string' && name.split('.').every((part) => NAME.test(part))
}

function badName(name: unknown, path: string): SchemaFault {
  return new SchemaFault(
    `${shown(name)} is not a name: letters, digits and _, not beginning with a digit.`,
    path,
  )
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveType['kind']>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])
