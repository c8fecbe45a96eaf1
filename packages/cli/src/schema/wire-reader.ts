import { AvroCodec } from '@millrace/avro/avro-codec'
import type { AvroSchema } from '@millrace/avro/avro-schema'
import { DatumFault } from '@millrace/avro/datum-fault'
import { Resolution } from '@millrace/avro/resolution'
import { SchemaFault } from '@millrace/avro/schema-fault'
import { schemaIdOf, WIRE_PREFIX_SIZE } from '@millrace/avro/wire-format'
import type { DatumRead, DatumReader } from '@millrace/model/schema-setting'

/** Where schemas come from: a server's registry, or that of a data directory. */
export interface SchemaSource {
  /** Undefined: there is none of this id that can be worked with. */
  byId(id: number): Promise<AvroSchema | undefined>
}

/** What everything is read as data of. */
export interface ReadersSchema {
  /** `orders-value@7`, or a file. */
  readonly name: string
  readonly schema: AvroSchema
}

/**
 * Reads keys or values in the wire format as plain JSON: each by its own schema, or all as data of one. `prepare`
 * fetches the schema that bytes name, before `read` sees them.
 */
export class WireReader implements DatumReader {
  readonly #place: 'key' | 'value'
  readonly #source: SchemaSource
  readonly #reader: ReadersSchema | undefined
  readonly #readings = new Map<number, Reading>()

  constructor(place: 'key' | 'value', source: SchemaSource, reader?: ReadersSchema) {
    this.#place = place
    this.#source = source
    this.#reader = reader
  }

  isReady(bytes: Uint8Array | null): boolean {
    const id = bytes === null ? undefined : schemaIdOf(bytes)
    return id === undefined || this.#readings.has(id)
  }

  async prepare(bytes: Uint8Array | null): Promise<void> {
    const id = bytes === null ? undefined : schemaIdOf(bytes)
    if (id === undefined || this.#readings.has(id)) return
    this.#readings.set(id, this.#readingOf(await this.#source.byId(id), id))
  }

  read(bytes: Uint8Array): DatumRead {
    const id = schemaIdOf(bytes)
    if (id === undefined)
      return this.#unread('', 'It does not begin with the id of a schema.', false)
    const reading = this.#readings.get(id)
    if (reading === undefined || typeof reading === 'string') {
      return this.#unread('', reading ?? `There is no schema ${id}.`, true)
    }
    try {
      return { json: reading.decodeToJson(bytes, WIRE_PREFIX_SIZE) }
    } catch (error) {
      if (!(error instanceof DatumFault)) throw error
      return this.#unread(error.path, `${this.#what(id)}: ${error.message}`, true)
    }
  }

  #readingOf(writer: AvroSchema | undefined, id: number): Reading {
    if (writer === undefined) return `There is no schema ${id}.`
    if (this.#reader === undefined) return AvroCodec.of(writer)
    try {
      return new Resolution(writer, this.#reader.schema)
    } catch (error) {
      if (!(error instanceof SchemaFault)) throw error
      const place = error.path === '' ? '' : ` (${error.path} of it)`
      return `${this.#what(id)}: ${error.message}${place}`
    }
  }

  #unread(path: string, detail: string, isDatum: boolean): DatumRead {
    if (this.#reader === undefined) return { json: undefined, isDatum }
    const error = { code: 'UNRESOLVABLE', detail, path: `/${this.#place}${path}` } as const
    return { json: undefined, error }
  }

  #what(id: number): string {
    return `Schema ${id} cannot be read by ${this.#reader?.name ?? 'itself'}`
  }
}

/** Text: why nothing of the schema can be read. */
type Reading = Pick<AvroCodec, 'decodeToJson'> | string
