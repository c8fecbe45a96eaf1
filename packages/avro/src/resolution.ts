import type { AvroSchema } from './avro-schema.ts'
import { DatumReader } from './datum-reader.ts'
import { parseExactJson } from './exact-json.ts'
import type { JsonReading } from './json-reading.ts'
import { ResolvedReadings } from './resolved-reading.ts'

/**
 * Data that was written with one schema, read as data of another (Avro 1.12, "Schema Resolution"), in the JSON that
 * `docs/avro.md` has. A reader's union takes the branch of the writer's own name or kind, else the first that
 * the value can be promoted to.
 */
export class Resolution {
  readonly #reading: JsonReading

  /** Throws SchemaFault when no datum of the writer's can be read, with a path in the reader's schema. */
  constructor(writer: AvroSchema, reader: AvroSchema) {
    this.#reading = new ResolvedReadings().of(writer.root, reader.root, '')
  }

  /** As JSON text on one line. Throws DatumFault, also where a sound datum has no place in the reader's schema. */
  decodeToJson(bytes: Uint8Array, from = 0): string {
    const input = new DatumReader(bytes, from)
    const text = this.#reading(input)
    input.expectEnd()
    return text
  }

  /** As a value; see `AvroCodec`. */
  decode(bytes: Uint8Array, from = 0): unknown {
    return parseExactJson(this.decodeToJson(bytes, from))
  }
}
