import type { AvroType, EnumType, FixedType, RecordField, RecordType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import { NAMED_TYPES_MAX, SCHEMA_NESTING_MAX } from './limits.ts'
import { parseLogicalType } from './logical-type.ts'
import { SchemaFault } from './schema-fault.ts'
import {
  expectFullName,
  expectName,
  findNamed,
  isPrimitiveName,
  namespaceOf,
  parseAliases,
} from './schema-name.ts'
import { shown } from './shown-value.ts'

type Json = unknown
type JsonObject = Readonly<Record<string, Json>>
type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** A default that was not looked at yet: the types within its type may not be complete before the schema's end. */
export interface PendingDefault {
  readonly field: Writable<RecordField>
  readonly value: Json
  /** Of the default, in the schema. */
  readonly path: string
}

/** Where the parser is: the names that are written short are of this namespace. */
interface Place {
  readonly path: string
  readonly namespace: string
  readonly depth: number
}

/**
 * Reads schemas from JSON, one after the other, each of which may name what those before it defined. Source: the
 * Avro specification 1.12, "Schema Declaration" and "Names".
 */
export class SchemaParser {
  readonly #named = new Map<string, AvroType>()
  readonly #records: { readonly record: RecordType; readonly path: string }[] = []
  readonly #defaults: PendingDefault[] = []

  /** Throws SchemaFault. */
  parse(schema: Json): AvroType {
    return this.#parse(schema, { path: '', namespace: '', depth: 0 })
  }

  isDefined(name: string): boolean {
    return this.#named.has(name)
  }

  /** What was parsed since the last call, and is still to be checked as a whole. */
  takeParsed(): {
    readonly records: readonly { readonly record: RecordType; readonly path: string }[]
    readonly defaults: readonly PendingDefault[]
  } {
    return { records: this.#records.splice(0), defaults: this.#defaults.splice(0) }
  }

  #parse(schema: Json, place: Place): AvroType {
    if (place.depth > SCHEMA_NESTING_MAX) {
      throw new SchemaFault(`It nests deeper than ${SCHEMA_NESTING_MAX} types.`, place.path)
    }
    if (typeof schema === 'string') return this.#parseName(schema, place)
    if (Array.isArray(schema)) return this.#parseUnion(schema, place)
    if (isObject(schema)) return this.#parseObject(schema, place)
    throw new SchemaFault(
      `A schema is a name, an object or an array, not ${shown(schema)}.`,
      place.path,
    )
  }

  #parseName(name: string, { path, namespace }: Place): AvroType {
    if (isPrimitiveName(name)) return { kind: name }
    const found = findNamed(this.#named, name, namespace)
    if (found === undefined) {
      throw new SchemaFault(`No type is called ${shown(name)} up to here.`, path)
    }
    return found
  }

  #parseUnion(schemas: readonly Json[], place: Place): AvroType {
    if (schemas.length === 0) throw new SchemaFault('A union has at least one branch.', place.path)
    const names = new Set<string>()
    const branches = schemas.map((schema, index) => {
      const path = `${place.path}/${index}`
      const branch = this.#parse(schema, { ...place, path, depth: place.depth + 1 })
      if (branch.kind === 'union') {
        throw new SchemaFault('A union is not itself a branch of a union.', path)
      }
      const name = branchName(branch)
      if (names.has(name)) throw new SchemaFault(`The union has ${name} twice.`, path)
      names.add(name)
      return branch
    })
    return { kind: 'union', branches }
  }

  #parseObject(schema: JsonObject, place: Place): AvroType {
    const { type } = schema
    if (typeof type !== 'string') {
      const problem = type === undefined ? 'The type is missing.' : 'The type is not a name.'
      throw new SchemaFault(problem, type === undefined ? place.path : `${place.path}/type`)
    }
    switch (type) {
      case 'array':
        return { kind: 'array', items: this.#parseWithin(schema, 'items', place) }
      case 'map':
        return { kind: 'map', values: this.#parseWithin(schema, 'values', place) }
      case 'record':
      case 'error':
        return this.#parseRecord(schema, place)
      case 'enum':
        return this.#parseEnum(schema, place)
      case 'fixed':
        return this.#parseFixed(schema, place)
      default: {
        const path = `${place.path}/type`
        const found = this.#parseName(type, { ...place, path })
        if (!isPrimitiveName(type)) return found
        const logical = locate(place.path, () => parseLogicalType(schema, { kind: type }))
        return logical === undefined ? found : { kind: type, logical }
      }
    }
  }

  #parseWithin(schema: JsonObject, attribute: string, place: Place): AvroType {
    const path = `${place.path}/${attribute}`
    const within = schema[attribute]
    if (within === undefined) {
      throw new SchemaFault(`An attribute is missing: ${attribute}.`, place.path)
    }
    return this.#parse(within, { ...place, path, depth: place.depth + 1 })
  }

  #parseRecord(schema: JsonObject, place: Place): RecordType {
    const named = this.#parseNamed(schema, place)
    const fields: RecordField[] = []
    const record: RecordType = { kind: 'record', ...named, fields }
    this.#define(record, place.path)
    this.#records.push({ record, path: place.path })
    const path = `${place.path}/fields`
    const within = { namespace: namespaceOf(named.name), depth: place.depth }
    const names = new Set<string>()
    for (const [index, field] of expectArray(schema['fields'], path).entries()) {
      const parsed = this.#parseField(field, { ...within, path: `${path}/${index}` })
      if (names.has(parsed.name)) {
        throw new SchemaFault(
          `There are two fields called ${parsed.name}.`,
          `${path}/${index}/name`,
        )
      }
      names.add(parsed.name)
      fields.push(parsed)
    }
    return record
  }

  #parseField(schema: Json, place: Place): RecordField {
    const { path } = place
    if (!isObject(schema)) throw new SchemaFault('A field is an object.', path)
    const name = expectName(schema['name'], `${path}/name`)
    const { order } = schema
    if (order !== undefined && !ORDERS.includes(order)) {
      throw new SchemaFault(`An order is one of ${ORDERS.join(', ')}.`, `${path}/order`)
    }
    const field: Writable<RecordField> = {
      name,
      aliases: parseAliases(schema['aliases'], `${path}/aliases`),
      type: this.#parseWithin(schema, 'type', place),
      defaultDatum: undefined,
    }
    if (schema['default'] !== undefined) {
      this.#defaults.push({ field, value: schema['default'], path: `${path}/default` })
    }
    return field
  }

  #parseEnum(schema: JsonObject, place: Place): EnumType {
    const named = this.#parseNamed(schema, place)
    const path = `${place.path}/symbols`
    const symbols: string[] = []
    const known = new Set<string>()
    for (const [index, symbol] of expectArray(schema['symbols'], path).entries()) {
      const name = expectName(symbol, `${path}/${index}`)
      if (known.has(name)) throw new SchemaFault(`It has ${name} twice.`, `${path}/${index}`)
      known.add(name)
      symbols.push(name)
    }
    if (symbols.length === 0) throw new SchemaFault('An enum has at least one symbol.', path)
    const { default: symbol } = schema
    if (symbol !== undefined && !(typeof symbol === 'string' && known.has(symbol))) {
      throw new SchemaFault('The default is none of the symbols.', `${place.path}/default`)
    }
    const type: EnumType = { kind: 'enum', ...named, symbols, defaultSymbol: symbol }
    this.#define(type, place.path)
    return type
  }

  #parseFixed(schema: JsonObject, place: Place): FixedType {
    const named = this.#parseNamed(schema, place)
    const { size } = schema
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > INT_MAX) {
      throw new SchemaFault('A size is a number of bytes, 0 to 2147483647.', `${place.path}/size`)
    }
    const logical = locate(place.path, () => parseLogicalType(schema, { kind: 'fixed', size }))
    const type: FixedType = { kind: 'fixed', ...named, size, logical }
    this.#define(type, place.path)
    return type
  }

  #parseNamed(
    schema: JsonObject,
    { path, namespace }: Place,
  ): { readonly name: string; readonly aliases: readonly string[] } {
    const name = expectFullName(schema, namespace, path)
    const aliases = parseAliases(schema['aliases'], `${path}/aliases`, namespaceOf(name))
    return { name, aliases }
  }

  #define(type: RecordType | EnumType | FixedType, path: string): void {
    if (this.#named.has(type.name)) {
      throw new SchemaFault(`A type called ${type.name} is already defined.`, `${path}/name`)
    }
    if (this.#named.size >= NAMED_TYPES_MAX) {
      throw new SchemaFault(`It has more than ${NAMED_TYPES_MAX} named types.`, path)
    }
    this.#named.set(type.name, type)
  }
}

const INT_MAX = 2 ** 31 - 1
const ORDERS: readonly unknown[] = ['ascending', 'descending', 'ignore']

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expectArray(value: Json, path: string): readonly Json[] {
  if (Array.isArray(value)) return value
  throw new SchemaFault(value === undefined ? 'It is missing.' : 'It is not an array.', path)
}

function locate<T>(path: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error
    throw new SchemaFault(error.message, `${path}${error.path}`, { cause: error })
  }
}
