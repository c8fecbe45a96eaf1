import { decodeUtf8, isUtf8 } from '#text'
import type { AvroSchema } from './avro-schema.ts'
import { DatumFault } from './datum-fault.ts'
import { DatumReader } from './datum-reader.ts'
import { DatumWriter } from './datum-writer.ts'
import { parseExactJson, parseSoundJson } from './exact-json.ts'
import { type JsonReading, JsonReadings } from './json-reading.ts'
import { MORE_DIGITS } from './scalar/scalar.ts'
import { type Skipping, Skippings } from './skipping.ts'
import { END, JsonText } from './json-text.ts'
import { type TextWriting, TextWritings } from './text-writing.ts'
import { type ValueWriting, ValueWritings } from './value-writing.ts'

/**
 * Data of one schema, as Avro's binary and as plain JSON; `docs/avro.md` has the mapping.
 *
 * A value is what `JSON.parse` gives for that JSON, but that an integer beyond 2^53 is a bigint. What stands before a
 * datum (`WIRE_PREFIX_SIZE` bytes, mostly) is left out by `from` and left free, as zeros, by `prefixSize`. The bytes of
 * a datum are part of a larger piece of memory, which stays as long as one of its data does.
 *
 * Everything here throws DatumFault for data that does not fit, with the path of the first misfit.
 */
export class AvroCodec {
  readonly #reading: JsonReading
  readonly #skipping: Skipping
  readonly #writing: ValueWriting
  readonly #textWriting: TextWriting | undefined

  /** The codec of a schema, which is made once. */
  static of(schema: AvroSchema): AvroCodec {
    const made = codecs.get(schema) ?? new AvroCodec(schema)
    codecs.set(schema, made)
    return made
  }

  private constructor({ root }: AvroSchema) {
    this.#reading = new JsonReadings().of(root)
    this.#skipping = new Skippings().of(root)
    this.#writing = new ValueWritings().of(root)
    this.#textWriting = new TextWritings().of(root)
  }

  /** A datum from JSON text, which as bytes is UTF-8. No digit of a long is lost. */
  encodeJson(json: Uint8Array | string, prefixSize = 0): Uint8Array<ArrayBuffer> {
    const datum = typeof json === 'string' ? undefined : this.#encodeDirectly(json, prefixSize)
    if (datum !== undefined) return datum
    const text = typeof json === 'string' ? json : decodeUtf8(json)
    if (text === undefined) throw new DatumFault('The JSON is not UTF-8.')
    try {
      return this.#encode(parseJson(text, JSON.parse), prefixSize, false)
    } catch (error) {
      if (error !== MORE_DIGITS) throw error
    }
    return this.#encode(parseJson(text, parseSoundJson), prefixSize, true)
  }

  /** A datum from a value. */
  encode(value: unknown, prefixSize = 0): Uint8Array<ArrayBuffer> {
    return this.#encode(value, prefixSize, true)
  }

  /** A datum that goes from `from` to the end of the bytes, as JSON text on one line. */
  decodeToJson(bytes: Uint8Array, from = 0): string {
    const input = new DatumReader(bytes, from)
    const text = this.#reading(input)
    input.expectEnd()
    return text
  }

  /** A datum that goes from `from` to the end of the bytes, as a value. */
  decode(bytes: Uint8Array, from = 0): unknown {
    return parseExactJson(this.decodeToJson(bytes, from))
  }

  /** Only whether there is such a datum. */
  expectDatum(bytes: Uint8Array, from = 0): void {
    const input = new DatumReader(bytes, from)
    try {
      this.#skipping(input)
      input.expectEnd()
    } catch (error) {
      // Who skips does not look at the keys of maps: read again, for the whole path.
      this.decodeToJson(bytes, from)
      throw error
    }
  }

  /** Undefined: not this text, for a reason that shows when it is parsed. */
  #encodeDirectly(json: Uint8Array, prefixSize: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.#textWriting === undefined || !isUtf8(json)) return undefined
    const input = new JsonText(json)
    output.begin(prefixSize, false)
    try {
      const isWritten = this.#textWriting(input, output) && input.peek() === END
      return isWritten ? output.finish() : undefined
    } catch (error) {
      if (error instanceof DatumFault) return undefined
      throw error
    }
  }

  #encode(value: unknown, prefixSize: number, isExact: boolean): Uint8Array<ArrayBuffer> {
    output.begin(prefixSize, isExact)
    this.#writing(output, value)
    return output.finish()
  }
}

const codecs = new WeakMap<AvroSchema, AvroCodec>()
/** Every datum is written by this one. */
const output = new DatumWriter()

function parseJson(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text)
  } catch (error) {
    // A reviver works its way down a nested text by calling itself.
    const problem = error instanceof RangeError ? 'it nests too deep' : messageOf(error)
    throw new DatumFault(`It is not JSON: ${problem}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
