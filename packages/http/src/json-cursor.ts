import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  faultPosition,
  isFault,
  JSON_NESTING_MAX,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipString,
  skipValue,
  skipWhitespace,
} from './json-scanner.ts'
import { textOfString } from './json-string.ts'
import { RecordFault } from './record-fault.ts'
import { RepeatedNames } from './repeated-names.ts'

/**
 * Goes through JSON text value by value. Throws RecordFault where the text is not JSON, or not of the kind
 * that is asked for.
 */
export class JsonCursor {
  readonly bytes: Buffer
  readonly #from: number
  readonly #end: number
  readonly #names = new RepeatedNames()
  #at: number

  constructor(bytes: Buffer, from: number, end: number) {
    this.bytes = bytes
    this.#from = from
    this.#at = from
    this.#end = end
  }

  /** Where the next byte that is not white space is. */
  get at(): number {
    return this.#at
  }

  /** The next byte that is not white space, or -1 at the end. */
  peek(): number {
    this.#at = skipWhitespace(this.bytes, this.#at, this.#end)
    return this.#at < this.#end ? (this.bytes[this.#at] as number) : -1
  }

  /** An object: calls `read` with the name of each field, the cursor at its value; `read` moves past that. */
  eachField(read: (name: string) => void): void {
    if (this.peek() !== OPEN_BRACE) throw this.#otherKind('an object')
    this.#at++
    if (this.peek() === CLOSE_BRACE) {
      this.#at++
      return
    }
    do {
      if (this.peek() !== QUOTE) throw this.#unexpected('the name of a field')
      const name = this.#name()
      if (this.peek() !== COLON) throw this.#unexpected('":"')
      this.#at++
      this.peek()
      within(name, () => read(name))
    } while (this.#goesOn(CLOSE_BRACE))
  }

  /** An array: calls `read` with the index of each item, the cursor at it; `read` moves past that. */
  eachItem(read: (index: number) => void): void {
    if (this.peek() !== OPEN_BRACKET) throw this.#otherKind('an array')
    this.#at++
    if (this.peek() === CLOSE_BRACKET) {
      this.#at++
      return
    }
    let index = 0
    do {
      this.peek()
      within(index, () => read(index))
      index++
    } while (this.#goesOn(CLOSE_BRACKET))
  }

  /** After an item: is there another? Moves past the comma, or past `close`. */
  #goesOn(close: number): boolean {
    const next = this.peek()
    if (next !== COMMA && next !== close)
      throw this.#unexpected(`"," or "${String.fromCharCode(close)}"`)
    this.#at++
    return next === COMMA
  }

  #name(): string {
    const start = this.#at
    return this.#names.textOf(this.bytes, start, this.skipString())
  }

  /** A string, as text. */
  string(): string {
    const start = this.#at
    return textOfString(this.bytes, start, this.skipString())
  }

  /** Moves past a string, and answers with where it ends. */
  skipString(): number {
    if (this.peek() !== QUOTE) throw this.#otherKind('a string')
    this.#at = this.#whole(skipString(this.bytes, this.#at, this.#end))
    return this.#at
  }

  /** Moves past a value of any kind, and answers with where it ends. */
  skipValue(): number {
    this.#at = this.#whole(skipValue(this.bytes, this.#at, this.#end, JSON_NESTING_MAX))
    return this.#at
  }

  expectEnd(): void {
    if (this.peek() !== -1) throw this.#unexpected('nothing more')
  }

  #whole(result: number): number {
    if (!isFault(result)) return result
    const position = faultPosition(result)
    if (position === undefined) {
      throw new RecordFault('INVALID_REQUEST', `JSON nests deeper than ${JSON_NESTING_MAX} levels.`)
    }
    this.#at = position
    throw this.#unexpected(undefined)
  }

  /** What is there may be JSON, of another kind than the record needs. */
  #otherKind(kind: string): RecordFault {
    this.skipValue()
    return new RecordFault('INVALID_RECORD', `This must be ${kind}.`)
  }

  #unexpected(wanted: string | undefined): RecordFault {
    const byte = this.#at < this.#end ? this.bytes[this.#at] : undefined
    const found = byte === undefined ? 'the end' : printed(byte)
    const expectation = wanted === undefined ? '' : `, where ${wanted} was expected`
    return new RecordFault(
      'INVALID_REQUEST',
      `Not the JSON that belongs here: ${found} at byte ${this.#at - this.#from}${expectation}.`,
    )
  }
}

/** A fault inside names the way to it. */
function within(name: string | number, read: () => void): void {
  try {
    read()
  } catch (error) {
    throw error instanceof RecordFault ? error.under(name) : error
  }
}

function printed(byte: number): string {
  if (byte > 0x20 && byte < 0x7f) return `"${String.fromCharCode(byte)}"`
  return `the byte 0x${byte.toString(16).padStart(2, '0')}`
}
