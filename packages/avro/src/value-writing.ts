/** JSON values as datums. */
import type { AvroType, RecordField, RecordType, UnionType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import { DatumFault } from './datum-fault.ts'
import type { DatumWriter } from './datum-writer.ts'
import { within } from './json-reading.ts'
import { isScalarType, withScalar } from './scalar/scalar-types.ts'
import { shown } from './shown-value.ts'
import { AMBIGUOUS, NONE, UnionChoice } from './union-choice.ts'

/** Writes what `JSON.parse` would give, or a bigint for a long. Throws DatumFault, and MORE_DIGITS. */
export type ValueWriting = (output: DatumWriter, value: unknown) => void

/** The writings of the types of one schema, each made once. */
export class ValueWritings {
  readonly #records = new Map<RecordType, ValueWriting>()

  of(type: AvroType): ValueWriting {
    if (isScalarType(type)) return writingOfScalar(type)
    switch (type.kind) {
      case 'array':
        return writingOfArray(this.of(type.items))
      case 'map':
        return writingOfMap(this.of(type.values))
      case 'union':
        return this.#writingOfUnion(type)
      case 'record':
        return this.#records.get(type) ?? this.#writingOfRecord(type)
    }
  }

  #writingOfRecord(type: RecordType): ValueWriting {
    // A record within itself is written by what is only being made.
    this.#records.set(type, (output, value) => made(output, value))
    const made: ValueWriting = writingOfFields(
      type,
      type.fields.map(({ type }) => this.of(type)),
    )
    this.#records.set(type, made)
    return made
  }

  #writingOfUnion({ branches }: UnionType): ValueWriting {
    const writings = branches.map((branch) => this.of(branch))
    const names = branches.map(branchName)
    const choice = new UnionChoice(branches)
    const nothing = branches.findIndex(({ kind }) => kind === 'null')
    return (output, value) => {
      if (value === null && nothing !== -1) {
        output.writeInt(nothing)
        return
      }
      const name = isObject(value) ? choice.namedIn(value) : undefined
      if (name !== undefined && isObject(value)) {
        const index = choice.indexOf(name)
        output.enter()
        output.writeInt(index)
        writeWithin(writings[index] as ValueWriting, output, value[name], name)
        output.leave()
        return
      }
      const index = choice.choose(value, output.isExact)
      if (index === NONE) throw misfit(`one of ${names.join(', ')}`, value)
      if (index === AMBIGUOUS) {
        throw new DatumFault(
          `It could be more than one of ${names.join(', ')}: name the branch, {"${names.at(-1)}": …}.`,
        )
      }
      output.writeInt(index)
      ;(writings[index] as ValueWriting)(output, value)
    }
  }
}

type ScalarType = Parameters<typeof withScalar>[0]
type JsonObject = Readonly<Record<string, unknown>>

function writingOfScalar(type: ScalarType): ValueWriting {
  const writing = withScalar(type, ({ parse, wanted, write }): ValueWriting => {
    return (output, value) => {
      const raw = parse(value, output.isExact)
      if (raw === undefined) throw misfit(wanted, value)
      write(output, raw)
    }
  })
  return 'logical' in type && type.logical !== undefined ? writing : quicker(type, writing)
}

/** What most values are goes in without being looked at twice. */
function quicker({ kind }: ScalarType, writing: ValueWriting): ValueWriting {
  switch (kind) {
    case 'string':
      return (output, value) => {
        if (typeof value === 'string') output.writeString(value)
        else writing(output, value)
      }
    case 'int':
      return (output, value) => {
        if (typeof value === 'number' && value === (value | 0)) output.writeInt(value)
        else writing(output, value)
      }
    case 'long':
      return (output, value) => {
        if (typeof value === 'number' && Number.isSafeInteger(value)) output.writeLong(value)
        else writing(output, value)
      }
    case 'double':
      return (output, value) => {
        if (typeof value === 'number' && Number.isFinite(value)) output.writeDouble(value)
        else writing(output, value)
      }
    default:
      return writing
  }
}

function writingOfArray(item: ValueWriting): ValueWriting {
  return (output, value) => {
    if (!Array.isArray(value)) throw misfit('an array', value)
    output.enter()
    if (value.length > 0) {
      output.writeInt(value.length)
      let index = 0
      try {
        for (; index < value.length; index++) item(output, value[index])
      } catch (error) {
        throw within(error, index)
      }
    }
    output.writeInt(0)
    output.leave()
  }
}

function writingOfMap(writeValue: ValueWriting): ValueWriting {
  return (output, value) => {
    if (!isObject(value)) throw misfit('an object', value)
    output.enter()
    const keys = Object.keys(value)
    if (keys.length > 0) {
      output.writeInt(keys.length)
      for (const key of keys) {
        output.writeString(key)
        writeWithin(writeValue, output, value[key], key)
      }
    }
    output.writeInt(0)
    output.leave()
  }
}

function writeWithin(
  writing: ValueWriting,
  output: DatumWriter,
  value: unknown,
  step: string,
): void {
  try {
    writing(output, value)
  } catch (error) {
    throw within(error, step)
  }
}

function writingOfFields(type: RecordType, writings: readonly ValueWriting[]): ValueWriting {
  const { fields } = type
  const names = fields.map(({ name }) => name)
  return (output, value) => {
    if (!isObject(value)) throw misfit('an object', value)
    output.enter()
    let index = 0
    let count = 0
    try {
      // Mostly the fields come in the schema's order, and then none has to be looked for.
      for (const key in value) {
        const item = value[key]
        if (key !== names[index] || item === undefined) break
        ;(writings[index] as ValueWriting)(output, item)
        index++
      }
      count = index
      for (; index < fields.length; index++) {
        const field = fields[index] as RecordField
        const item = valueOf(value, field.name)
        if (item === undefined) {
          writeDefault(output, field)
        } else {
          ;(writings[index] as ValueWriting)(output, item)
          count++
        }
      }
    } catch (error) {
      throw within(error, names[index])
    }
    output.leave()
    if (count !== countKeys(value)) expectKnown(type, value)
  }
}

function writeDefault(output: DatumWriter, { defaultDatum }: RecordField): void {
  if (defaultDatum === undefined) throw new DatumFault('It is missing, and has no default.')
  output.writeFixed(defaultDatum)
}

/** Not what every object has, as `constructor`. */
function valueOf(object: JsonObject, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(object, name) ? undefined : object[name]
}

function countKeys(object: JsonObject): number {
  let count = 0
  for (const _key in object) count++
  return count
}

/** A key whose value is undefined is none: JSON does not have it. */
function expectKnown({ fields, name }: RecordType, object: JsonObject): void {
  const known = new Set(fields.map((field) => field.name))
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined || known.has(key)) continue
    throw new DatumFault(`${name} has no field of this name.`).within(key)
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function misfit(wanted: string, value: unknown): DatumFault {
  return new DatumFault(`It is to be ${wanted}, not ${shown(value)}.`)
}
