/**
 * The default of a field as a datum. In a schema a default is written otherwise than a value is in data: bytes are
 * the letters of Latin-1, and of a union it is the first branch that it fits. Source: the Avro specification 1.12,
 * "Complex Types", the table of defaults.
 */
import type { AvroType, RecordField, RecordType } from './avro-type.ts'
import { DatumWriter } from './datum-writer.ts'
import { DatumFault } from './datum-fault.ts'
import { DEFAULT_BYTES_MAX } from './limits.ts'
import { parseInt32, parseInt64 } from './scalar/integer.ts'
import { SchemaFault } from './schema-fault.ts'
import type { PendingDefault } from './schema-parser.ts'

/** Sets the datum of each of these. Throws SchemaFault. */
export function settleDefaults(defaults: readonly PendingDefault[]): void {
  const values = new Map(defaults.map(({ field, value }) => [field as RecordField, value]))
  const work = { bytes: 0, steps: 0 }
  const output = new DatumWriter()
  for (const { field, path, value } of defaults) {
    output.begin(0, true)
    try {
      new DefaultWriting(output, values, work).write(field.type, value)
    } catch (error) {
      if (!(error instanceof DatumFault)) throw error
      throw new SchemaFault(`The default does not fit: ${error.message}`, `${path}${error.path}`, {
        cause: error,
      })
    }
    field.defaultDatum = output.finish()
    work.bytes += field.defaultDatum.length
    if (work.bytes > DEFAULT_BYTES_MAX) {
      throw new SchemaFault(`The defaults take more than ${DEFAULT_BYTES_MAX} bytes.`, path)
    }
  }
}

class DefaultWriting {
  readonly #output: DatumWriter
  readonly #values: ReadonlyMap<RecordField, unknown>
  readonly #work: { steps: number }

  constructor(
    output: DatumWriter,
    values: ReadonlyMap<RecordField, unknown>,
    work: { steps: number },
  ) {
    this.#output = output
    this.#values = values
    this.#work = work
  }

  write(type: AvroType, value: unknown): void {
    if (++this.#work.steps > STEPS_MAX) throw new DatumFault('It takes too many values.')
    switch (type.kind) {
      case 'union':
        return this.#writeFirstFitting(type.branches, value)
      case 'record':
        return this.#writeRecord(type, value)
      case 'array':
        if (!Array.isArray(value)) throw misfit('an array')
        return this.#writeBlock(value, (item) => this.write(type.items, item))
      case 'map':
        if (!isObject(value)) throw misfit('an object')
        return this.#writeBlock(Object.entries(value), ([key, item]) => {
          this.#output.writeString(key)
          this.write(type.values, item)
        })
      default:
        return writeScalar(this.#output, type, value)
    }
  }

  #writeBlock<T>(items: readonly T[], write: (item: T) => void): void {
    this.#output.enter()
    if (items.length > 0) this.#output.writeInt(items.length)
    for (const item of items) write(item)
    this.#output.writeInt(0)
    this.#output.leave()
  }

  #writeFirstFitting(branches: readonly AvroType[], value: unknown): void {
    const start = this.#output.mark()
    let first: DatumFault | undefined
    for (const [index, branch] of branches.entries()) {
      try {
        this.#output.writeInt(index)
        return this.write(branch, value)
      } catch (error) {
        if (!(error instanceof DatumFault) || this.#work.steps > STEPS_MAX) throw error
        first ??= error
        this.#output.rewind(start)
      }
    }
    throw first ?? misfit('of a branch')
  }

  #writeRecord({ fields }: RecordType, value: unknown): void {
    if (!isObject(value)) throw misfit('an object')
    this.#output.enter()
    for (const field of fields) {
      const within = Object.hasOwn(value, field.name) ? value[field.name] : this.#values.get(field)
      try {
        if (within !== undefined) this.write(field.type, within)
        else if (field.defaultDatum === undefined) throw new DatumFault('It is missing.')
        else this.#output.writeFixed(field.defaultDatum)
      } catch (error) {
        throw error instanceof DatumFault ? error.within(field.name) : error
      }
    }
    this.#output.leave()
  }
}

function writeScalar(output: DatumWriter, type: AvroType, value: unknown): void {
  switch (type.kind) {
    case 'null':
      if (value !== null) throw misfit('null')
      return
    case 'boolean':
      if (typeof value !== 'boolean') throw misfit('true or false')
      return output.writeBoolean(value)
    case 'int':
      return output.writeInt(parseInt32(value) ?? refuse('an integer of 32 bits'))
    case 'long':
      return output.writeLong(parseInt64(value, true) ?? refuse('an integer of 64 bits'))
    case 'float':
      return output.writeFloat(finite(value, Math.fround))
    case 'double':
      return output.writeDouble(finite(value, Number))
    case 'string':
      if (typeof value !== 'string') throw misfit('a string')
      return output.writeString(value)
    case 'bytes':
      return output.writeBytes(latin1Bytes(value))
    case 'fixed': {
      const bytes = latin1Bytes(value)
      if (bytes.length !== type.size) throw misfit(`a string of ${type.size} letters`)
      return output.writeFixed(bytes)
    }
    case 'enum': {
      const index = type.symbols.indexOf(value as string)
      return index === -1 ? refuse('one of the symbols') : output.writeInt(index)
    }
    default:
      throw new Error(`Not a scalar: ${type.kind}`)
  }
}

function finite(value: unknown, round: (number: number) => number): number {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw misfit('a number')
  const number = round(Number(value))
  return Number.isFinite(number) ? number : refuse('a number of this size')
}

function latin1Bytes(value: unknown): Uint8Array {
  const units = typeof value === 'string' ? Array.from(value, (letter) => letter.charCodeAt(0)) : []
  if (typeof value !== 'string' || units.some((unit) => unit > 0xff)) {
    throw misfit('a string of letters up to U+00FF')
  }
  return Uint8Array.from(units)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(wanted: string): never {
  throw misfit(wanted)
}

function misfit(wanted: string): DatumFault {
  return new DatumFault(`it is to be ${wanted}.`)
}

/** Unions within unions are tried branch by branch. */
const STEPS_MAX = 100_000
