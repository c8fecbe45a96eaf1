/**
 * JSON text as datums, without values in between: for records whose fields stand in the order of their schema, as most
 * producers have them. `ValueWritings` is the rule for all others, and says what is wrong with those that do not fit.
 */
import type { AvroType, RecordType, UnionType } from './avro-type.ts'
import { branchName } from './avro-type.ts'
import type { DatumWriter } from './datum-writer.ts'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  type JsonText,
  LETTER_F,
  LETTER_N,
  LETTER_T,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-text.ts'
import type { JsonKind } from './scalar/scalar.ts'
import { isScalarType, type ScalarType, withScalar } from './scalar/scalar-types.ts'
import { jsonKindsOf, UnionChoice } from './union-choice.ts'

/** Answers false when the text is not for it: what was written until then means nothing. */
export type TextWriting = (input: JsonText, output: DatumWriter) => boolean

/** The writings of the types of one schema, each made once. */
export class TextWritings {
  readonly #records = new Map<RecordType, TextWriting | undefined>()

  /** Undefined for a type with a map in it: which of two equal keys counts is for `JSON.parse` to know. */
  of(type: AvroType): TextWriting | undefined {
    if (isScalarType(type)) return writingOfScalar(type)
    switch (type.kind) {
      case 'array': {
        const item = this.of(type.items)
        return item && writingOfArray(item)
      }
      case 'map':
        return undefined
      case 'union':
        return this.#writingOfUnion(type)
      case 'record':
        return this.#records.has(type) ? this.#records.get(type) : this.#writingOfRecord(type)
    }
  }

  #writingOfRecord(type: RecordType): TextWriting | undefined {
    // A record within itself is written by what is only being made.
    this.#records.set(type, (input, output) => made?.(input, output) === true)
    const writings = type.fields.map((field) => this.of(field.type))
    const made = writings.every((writing) => writing !== undefined)
      ? writingOfFields(type, writings)
      : undefined
    this.#records.set(type, made)
    return made
  }

  /** By its first letter, where that is enough to tell the branch. */
  #writingOfUnion({ branches }: UnionType): TextWriting {
    const choice = new UnionChoice(branches)
    const names = new Set(branches.map(branchName))
    const byKind = new Map<JsonKind, TextWriting>()
    for (const [index, branch] of branches.entries()) {
      const writing = canBeNamed(branch, names) ? undefined : this.of(branch)
      if (writing === undefined) continue
      for (const kind of jsonKindsOf(branch)) {
        if (choice.isAlone(kind, index)) byKind.set(kind, writingOfBranch(index, writing))
      }
    }
    return (input, output) => byKind.get(kindOf(input.peek()))?.(input, output) === true
  }
}

/** Whether an object with one field of the record could be one that names a branch. */
function canBeNamed(branch: AvroType, names: ReadonlySet<string>): boolean {
  return branch.kind === 'record' && branch.fields.some(({ name }) => names.has(name))
}

function writingOfBranch(index: number, writing: TextWriting): TextWriting {
  return (input, output) => {
    output.writeInt(index)
    return writing(input, output)
  }
}

/** Of what is no JSON, too: the writing finds that out. */
function kindOf(letter: number): JsonKind {
  switch (letter) {
    case QUOTE:
      return 'string'
    case OPEN_BRACE:
      return 'object'
    case OPEN_BRACKET:
      return 'array'
    case LETTER_N:
      return 'null'
    case LETTER_T:
    case LETTER_F:
      return 'boolean'
    default:
      return 'number'
  }
}

function writingOfScalar(type: ScalarType): TextWriting {
  switch (type.kind) {
    case 'null':
      return (input) => input.skipToken(NULL)
    case 'boolean':
      return writeBoolean
    case 'int':
    case 'long':
      return writingOfInteger(type.kind === 'int' ? isInt32 : Number.isSafeInteger, type)
    case 'float':
    case 'double':
      return writingOfFloating(type.kind)
    case 'string':
      return type.logical === undefined
        ? (input, output) => input.copyString(output)
        : writingOfText(type)
    default:
      return writingOfText(type)
  }
}

function writeBoolean(input: JsonText, output: DatumWriter): boolean {
  const isTrue = input.skipToken(TRUE)
  if (!isTrue && !input.skipToken(FALSE)) return false
  output.writeBoolean(isTrue)
  return true
}

function writingOfInteger(fits: (value: number) => boolean, type: ScalarType): TextWriting {
  const ofText = 'logical' in type && type.logical !== undefined ? writingOfText(type) : undefined
  return (input, output) => {
    if (ofText !== undefined && input.peek() === QUOTE) return ofText(input, output)
    const value = input.readNumber()
    if (value === undefined || !fits(value)) return false
    output.writeLong(value)
    return true
  }
}

function isInt32(value: number): boolean {
  return value === (value | 0)
}

function writingOfFloating(kind: 'float' | 'double'): TextWriting {
  return (input, output) => {
    const value = input.readNumber()
    if (value === undefined || !Number.isFinite(value)) return false
    if (kind === 'float') output.writeFloat(value)
    else output.writeDouble(value)
    return true
  }
}

/** Of what is a string in JSON, and means something. */
function writingOfText(type: ScalarType): TextWriting {
  return withScalar(type, ({ parse, write }) => (input, output) => {
    const text = input.readAscii()
    const raw = text === undefined ? undefined : parse(text, output.isExact)
    if (raw === undefined) return false
    write(output, raw)
    return true
  })
}

function writingOfArray(item: TextWriting): TextWriting {
  return (input, output) => {
    if (!input.skip(OPEN_BRACKET)) return false
    output.enter()
    if (!input.skip(CLOSE_BRACKET)) {
      const start = output.beginBlock()
      let count = 0
      do {
        if (!item(input, output)) return false
        count++
      } while (input.skip(COMMA))
      if (!input.skip(CLOSE_BRACKET)) return false
      output.endBlock(start, count)
    }
    output.writeInt(0)
    output.leave()
    return true
  }
}

function writingOfFields({ fields }: RecordType, writings: readonly TextWriting[]): TextWriting {
  const steps = writings.map((write, index) => ({ write, ...fields[index] }))
  const names = fields.map(({ name }) => new TextEncoder().encode(JSON.stringify(name)))
  return (input, output) => {
    output.enter()
    let separator = OPEN_BRACE
    for (let index = 0; index < steps.length; index++) {
      const { defaultDatum, write } = steps[index] as (typeof steps)[0]
      if (input.skipKey(separator, names[index] as Uint8Array)) {
        if (!write(input, output)) return false
        separator = COMMA
      } else if (defaultDatum === undefined) return false
      else output.writeFixed(defaultDatum)
    }
    if (separator === OPEN_BRACE && !input.skip(OPEN_BRACE)) return false
    output.leave()
    return input.skip(CLOSE_BRACE)
  }
}

const NULL = new TextEncoder().encode('null')
const TRUE = new TextEncoder().encode('true')
const FALSE = new TextEncoder().encode('false')
