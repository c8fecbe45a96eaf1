import { AvroCodec } from '@millrace/avro/avro-codec'
import type { AvroSchema } from '@millrace/avro/avro-schema'
import { DatumFault } from '@millrace/avro/datum-fault'
import { Resolution } from '@millrace/avro/resolution'
import { SchemaFault } from '@millrace/avro/schema-fault'
import { schemaIdOf, WIRE_PREFIX_SIZE, writeWirePrefix } from '@millrace/avro/wire-format'
import { MillraceError } from './millrace-error.ts'
import type { IdentifiedSchema, SchemaCache } from './schema-cache.ts'

/** A value in the wire format. INVALID_RECORD, with the path of the first misfit. */
export function encodeDatum(
  { id, name, schema }: IdentifiedSchema,
  value: unknown,
): Uint8Array<ArrayBuffer> {
  try {
    const bytes = AvroCodec.of(schema).encode(value, WIRE_PREFIX_SIZE)
    writeWirePrefix(bytes, id)
    return bytes
  } catch (cause) {
    throw asMillraceError('INVALID_RECORD', `It does not fit ${name}`, cause)
  }
}

/** Reads data in the wire format by the schemas that they were written with, or all as data of one. */
export class DatumDecoder {
  readonly #schemas: SchemaCache
  readonly #reader: IdentifiedSchema | undefined
  readonly #readings = new Map<number, Pick<AvroCodec, 'decode'>>()

  constructor(schemas: SchemaCache, reader?: IdentifiedSchema) {
    this.#schemas = schemas
    this.#reader = reader
  }

  /** UNRESOLVABLE for what cannot be read; otherwise as the registry fails. */
  async decode(bytes: Uint8Array): Promise<unknown> {
    const id = schemaIdOf(bytes)
    if (id === undefined) {
      const detail = 'It does not begin with the id of a schema.'
      throw new MillraceError('UNRESOLVABLE', detail, { path: '' })
    }
    const reading = this.#readings.get(id) ?? (await this.#readingOf(id))
    try {
      return reading.decode(bytes, WIRE_PREFIX_SIZE)
    } catch (cause) {
      throw asMillraceError('UNRESOLVABLE', this.#place(id), cause)
    }
  }

  async #readingOf(id: number): Promise<Pick<AvroCodec, 'decode'>> {
    const writer = await this.#writer(id)
    try {
      const reader = this.#reader?.schema
      const reading = reader === undefined ? AvroCodec.of(writer) : new Resolution(writer, reader)
      if (this.#readings.size < READINGS_MAX) this.#readings.set(id, reading)
      return reading
    } catch (cause) {
      throw asMillraceError('UNRESOLVABLE', this.#place(id), cause)
    }
  }

  async #writer(id: number): Promise<AvroSchema> {
    try {
      return await this.#schemas.byId(id)
    } catch (cause) {
      if (!(cause instanceof MillraceError) || !OF_THE_RECORD.has(cause.code)) throw cause
      const detail = `Schema ${id}: ${cause.detail}`
      throw new MillraceError('UNRESOLVABLE', detail, { path: '', cause })
    }
  }

  #place(id: number): string {
    if (this.#reader === undefined) return `Schema ${id}`
    return `Schema ${id} cannot be read by ${this.#reader.name}`
  }
}

/** That is how the record is; the next one may be otherwise. */
const OF_THE_RECORD: ReadonlySet<string> = new Set(['SCHEMA_NOT_FOUND', 'INVALID_SCHEMA'])
const READINGS_MAX = 1_000

/** What the codec throws, told as the other failures are. */
function asMillraceError(
  code: 'INVALID_RECORD' | 'UNRESOLVABLE',
  what: string,
  cause: unknown,
): unknown {
  if (!(cause instanceof DatumFault || cause instanceof SchemaFault)) return cause
  const { path, message } = cause
  const place = path === '' ? '' : `${path}: `
  return new MillraceError(code, `${what}: ${place}${message}`, { path, cause })
}
