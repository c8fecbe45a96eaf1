/** Datums as JSON text: composed while they are read, for nothing needs the values in between. */
import type { AvroType, MapType, RecordType, UnionType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import { DatumFault } from './datum-fault.ts'
import type { DatumReader } from './datum-reader.ts'
import { parseExactJson } from './exact-json.ts'
import { sizeMinOf } from './size-min.ts'
import { isScalarType, withScalar } from './scalar/scalar-types.ts'
import { jsonKindsOf, UnionChoice } from './union-choice.ts'

/** Reads one value, and answers with its JSON on one line. Throws DatumFault. */
export type JsonReading = (input: DatumReader) => string

/** The readings of the types of one schema, each made once. */
export class JsonReadings {
  readonly #records = new Map<RecordType, JsonReading>()

  of(type: AvroType): JsonReading {
    if (isScalarType(type)) return readingOfScalar(type)
    switch (type.kind) {
      case 'array':
        return readingOfArray(this.of(type.items), sizeMinOf(type.items))
      case 'map':
        return readingOfMap(type, this.of(type.values))
      case 'union':
        return readingOfUnion(type, this)
      case 'record':
        return this.#records.get(type) ?? this.#readingOfRecord(type)
    }
  }

  #readingOfRecord(type: RecordType): JsonReading {
    // A record within itself is read by what is only being made.
    this.#records.set(type, (input) => made(input))
    const names = type.fields.map(({ name }) => name)
    const made: JsonReading = readingOfFields(
      names,
      type.fields.map(({ type }) => this.of(type)),
    )
    this.#records.set(type, made)
    return made
  }
}

type ScalarType = Parameters<typeof withScalar>[0]

function readingOfScalar(type: ScalarType): JsonReading {
  // No need to make a text of its own first.
  if (type.kind === 'string') return (input) => input.readJsonString()
  return withScalar(
    type,
    ({ format, read }) =>
      (input) =>
        format(read(input)),
  )
}

function readingOfFields(names: readonly string[], readings: readonly JsonReading[]): JsonReading {
  if (names.length === 0) return readEmptyObject
  const keys = names.map((name, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const weight = keys.join('').length
  return (input) => {
    input.enter()
    input.charge(weight)
    let text = ''
    let index = 0
    try {
      for (; index < readings.length; index++) {
        text += keys[index]
        text += (readings[index] as JsonReading)(input)
      }
    } catch (error) {
      throw within(error, names[index])
    }
    input.leave()
    return `${text}}`
  }
}

function readEmptyObject(input: DatumReader): string {
  input.charge(2)
  return '{}'
}

export function readingOfArray(item: JsonReading, itemSizeMin: number): JsonReading {
  return (input) => {
    input.enter()
    let text = '['
    let index = 0
    try {
      for (;;) {
        const count = input.readBlockCount(itemSizeMin)
        if (count === 0) break
        for (const end = index + count; index < end; index++) {
          if (index > 0) text += ','
          text += item(input)
        }
      }
    } catch (error) {
      throw within(error, index)
    }
    input.leave()
    return `${text}]`
  }
}

export function readingOfMap({ values }: MapType, value: JsonReading): JsonReading {
  const sizeMin = sizeMinOf(values) + 1
  return (input) => {
    input.enter()
    let text = '{'
    let key: string | undefined
    try {
      for (;;) {
        key = undefined
        const count = input.readBlockCount(sizeMin)
        if (count === 0) break
        for (let entry = 0; entry < count; entry++) {
          key = undefined
          key = input.readJsonString()
          if (text.length > 1) text += ','
          text += `${key}:`
          text += value(input)
        }
      }
    } catch (error) {
      throw key === undefined ? error : within(error, JSON.parse(key) as string)
    }
    input.leave()
    return `${text}}`
  }
}

function readingOfUnion({ branches }: UnionType, readings: JsonReadings): JsonReading {
  const naming = new UnionNaming(branches)
  const plain = branches.map((branch, index) => naming.wrap(index, readings.of(branch)))
  return (input) => input.pick(plain)(input)
}

/** Names the branch of a value where the value alone would be read as another one. */
export class UnionNaming {
  readonly #branches: readonly AvroType[]
  readonly #choice: UnionChoice

  constructor(branches: readonly AvroType[]) {
    this.#branches = branches
    this.#choice = new UnionChoice(branches)
  }

  wrap(index: number, reading: JsonReading): JsonReading {
    const branch = this.#branches[index] as AvroType
    const kinds = jsonKindsOf(branch)
    const isAlone = kinds.every((kind) => this.#choice.isAlone(kind, index))
    if (isAlone && (branch.kind === 'array' || isScalarType(branch))) return reading
    const opening = `{${JSON.stringify(branchName(branch))}:`
    const named: JsonReading = (input) => {
      input.enter()
      input.charge(opening.length)
      const text = reading(input)
      input.leave()
      return `${opening}${text}}`
    }
    if (branch.kind === 'record') return this.#isRecordPlain(branch, index) ? reading : named
    return (input) => {
      const text = reading(input)
      if (this.#isPlain(text, index)) return text
      input.charge(opening.length)
      return `${opening}${text}}`
    }
  }

  /** What is written has all the fields, and their values do not count. */
  #isRecordPlain({ fields }: RecordType, index: number): boolean {
    const object = Object.fromEntries(fields.map(({ name }) => [name, null]))
    return this.#choice.namedIn(object) === undefined && this.#choice.choose(object, true) === index
  }

  #isPlain(text: string, index: number): boolean {
    const value = parseExactJson(text)
    if (typeof value === 'object' && value !== null && this.#choice.namedIn(value) !== undefined) {
      return false
    }
    return this.#choice.choose(value, true) === index
  }
}

export function within(error: unknown, step: string | number | undefined): unknown {
  return error instanceof DatumFault && step !== undefined ? error.within(step) : error
}
