/**
 * Datums of a writer's schema as JSON of a reader's. Source: the Avro specification 1.12, "Schema Resolution".
 *
 * A logical type says only how a number or bytes are shown, and that is for the reader's schema to say; but a
 * decimal's scale must be the same in both.
 */
import type { AvroType, EnumType, FixedType, RecordType, UnionType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import type { DatumReader } from './datum-reader.ts'
import { DATUM_NESTING_MAX } from './limits.ts'
import {
  type JsonReading,
  JsonReadings,
  readingOfArray,
  readingOfMap,
  UnionNaming,
} from './json-reading.ts'
import { readingOfPromoted } from './promotion.ts'
import { readingOfResolvedRecord } from './resolved-record.ts'
import { SchemaFault } from './schema-fault.ts'
import { shortName } from './schema-name.ts'
import { sizeMinOf } from './size-min.ts'
import { Skippings } from './skipping.ts'

/** The readings of the types of two schemas, each pair made once. */
export class ResolvedReadings {
  readonly readings = new JsonReadings()
  readonly skippings = new Skippings()
  /** That a pair cannot be read is known for good: while it was asked, every pair under way counted as one that can. */
  readonly #records = new Map<RecordType, Map<RecordType, JsonReading | SchemaFault>>()
  /** In the order of the pairs' beginnings: each forgets its own. */
  readonly #begun: (() => void)[] = []
  /** Records that the pair which is looked at lies in. */
  #depth = 0

  /** Throws SchemaFault when no datum of the writer's type can be read as the reader's. `path`: of the reader's. */
  of(writer: AvroType, reader: AvroType, path: string): JsonReading {
    if (writer.kind === 'union') return this.#ofWriterUnion(writer, reader, path)
    if (reader.kind === 'union') return this.#ofReaderUnion(writer, reader, path)
    if (writer.kind === 'array' && reader.kind === 'array') {
      const item = this.of(writer.items, reader.items, `${path}/items`)
      return readingOfArray(item, sizeMinOf(writer.items))
    }
    if (writer.kind === 'map' && reader.kind === 'map') {
      return readingOfMap(writer, this.of(writer.values, reader.values, `${path}/values`))
    }
    if (writer.kind === 'record' && reader.kind === 'record') {
      expectSameName(writer, reader, path)
      return this.#ofRecords(writer, reader, path)
    }
    if (writer.kind === 'enum' && reader.kind === 'enum') {
      expectSameName(writer, reader, path)
      return readingOfEnum(writer, reader, path)
    }
    if (writer.kind === 'fixed' && reader.kind === 'fixed') expectSameFixed(writer, reader, path)
    return readingOfPromoted(writer, reader, path)
  }

  #ofRecords(writer: RecordType, reader: RecordType, path: string): JsonReading {
    const known = this.#records.get(writer) ?? new Map<RecordType, JsonReading | SchemaFault>()
    this.#records.set(writer, known)
    const made = known.get(reader)
    if (made instanceof SchemaFault) throw made
    if (made !== undefined) return made
    if (this.#depth >= DATUM_NESTING_MAX) return this.#later(writer, reader, path)
    let reading: JsonReading | undefined
    known.set(reader, (input) => {
      if (reading !== undefined) return reading(input)
      throw input.fault(`${writer.name} cannot be read as ${reader.name}`)
    })
    const place = this.#begun.length
    this.#begun.push(() => known.delete(reader))
    try {
      this.#depth++
      reading = readingOfResolvedRecord(this, writer, reader, path)
    } catch (error) {
      // What was made in the meantime may count on this pair; another branch of a union has to be found for it.
      for (const forget of this.#begun.splice(place)) forget()
      if (error instanceof SchemaFault) known.set(reader, error)
      throw error
    } finally {
      this.#depth--
    }
    known.set(reader, reading)
    return reading
  }

  /** No datum nests so deep, unless there is a shorter way to the pair: then it is resolved when it is met. */
  #later(writer: RecordType, reader: RecordType, path: string): JsonReading {
    return (input) => {
      try {
        return this.#ofRecords(writer, reader, path)(input)
      } catch (error) {
        throw error instanceof SchemaFault ? input.fault(error.message) : error
      }
    }
  }

  /** Each branch by itself: that one cannot be read is only known of a datum that has it. */
  #ofWriterUnion({ branches }: UnionType, reader: AvroType, path: string): JsonReading {
    let first: SchemaFault | undefined
    let readable = 0
    const resolved = branches.map((branch) => {
      try {
        const reading = this.of(branch, reader, path)
        readable++
        return reading
      } catch (error) {
        if (!(error instanceof SchemaFault)) throw error
        first ??= error
        return refuseBranch(branch, error)
      }
    })
    if (readable === 0 && first !== undefined) throw first
    return (input) => input.pick(resolved)(input)
  }

  #ofReaderUnion(writer: AvroType, { branches }: UnionType, path: string): JsonReading {
    const naming = new UnionNaming(branches)
    let first: SchemaFault | undefined
    for (const index of byLikeness(writer, branches)) {
      try {
        const branch = branches[index] as AvroType
        return naming.wrap(index, this.of(writer, branch, `${path}/${index}`))
      } catch (error) {
        if (!(error instanceof SchemaFault)) throw error
        first ??= error
      }
    }
    if (branches.length === 1 && first !== undefined) throw first
    throw new SchemaFault(`No branch of the union reads ${branchName(writer)}.`, path)
  }
}

function refuseBranch(branch: AvroType, { message, path }: SchemaFault): JsonReading {
  return (input: DatumReader) => {
    throw input.fault(
      `The reader's schema has nothing for ${branchName(branch)} (${message} ${path})`.replace(
        / \)$/,
        ')',
      ),
    )
  }
}

/**
 * The branches of a reader's union in the order in which they are tried: those of the writer's very name, or of its
 * kind, before those that it could be promoted to, so that what is written and read by one schema stays what it was.
 */
function byLikeness(writer: AvroType, branches: readonly AvroType[]): readonly number[] {
  const rank = (branch: AvroType): number => {
    if (branchName(branch) === branchName(writer)) return 0
    return branch.kind === writer.kind ? 1 : 2
  }
  return branches
    .map((branch, index) => ({ index, rank: rank(branch) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ index }) => index)
}

function readingOfEnum(writer: EnumType, reader: EnumType, path: string): JsonReading {
  const texts = writer.symbols.map((symbol) => {
    const read = reader.symbols.includes(symbol) ? symbol : reader.defaultSymbol
    return read === undefined ? undefined : JSON.stringify(read)
  })
  if (texts.every((text) => text === undefined)) {
    throw new SchemaFault(`${reader.name} has no symbol of ${writer.name}, and no default.`, path)
  }
  return (input) => {
    const start = input.at
    const index = input.readInt()
    const text = texts[index]
    if (text !== undefined) {
      input.charge(text.length)
      return text
    }
    const symbol = writer.symbols[index]
    throw input.fault(
      symbol === undefined
        ? `An enum has no symbol ${index}`
        : `${symbol} is no symbol of the reader's ${reader.name}, which has no default`,
      start,
    )
  }
}

type NamedType = RecordType | EnumType | FixedType

/** The namespace does not count; an alias of the reader does with it, as Avro's other implementations have it. */
function expectSameName(writer: NamedType, reader: NamedType, path: string): void {
  if (shortName(writer.name) === shortName(reader.name)) return
  if (reader.aliases.includes(writer.name)) return
  throw new SchemaFault(
    `${reader.name} does not read ${writer.name}: that is neither its name nor one of its aliases.`,
    path,
  )
}

function expectSameFixed(writer: FixedType, reader: FixedType, path: string): void {
  expectSameName(writer, reader, path)
  if (writer.size === reader.size) return
  throw new SchemaFault(`${reader.size} bytes are not ${writer.size}.`, path)
}
