import { AvroCodec } from '@millrace/avro/avro-codec'
import { DatumFault } from '@millrace/avro/datum-fault'
import type { Resolution } from '@millrace/avro/resolution'
import { SchemaFault } from '@millrace/avro/schema-fault'
import { schemaIdOf, WIRE_PREFIX_SIZE } from '@millrace/avro/wire-format'
import type { SchemaChoice } from '@millrace/model/broker'
import type {
  DatumRead,
  DatumReader,
  DatumReaders,
  SchemaName,
} from '@millrace/model/schema-setting'
import type { SchemaRegistry } from '@millrace/schemas/schema-registry'
import { type NamedSchema, namedSchema } from './named-schema.ts'
import type { BrokerParts } from './parts.ts'
import { Resolutions } from './resolutions.ts'

/** How the keys and values of a topic are read. UNKNOWN_SCHEMA for a chosen one that is not there. */
export function datumReaders(
  parts: BrokerParts,
  topic: string,
  { keySchema, valueSchema }: SchemaChoice,
): DatumReaders {
  return new TopicReaders(parts, topic, {
    ...(keySchema && { key: chosenReader(parts, 'key', keySchema) }),
    ...(valueSchema && { value: chosenReader(parts, 'value', valueSchema) }),
  })
}

function chosenReader(
  { schemas, resolutions }: BrokerParts,
  place: string,
  chosen: SchemaName,
): DatumReader {
  return new ResolvingReader(schemas, resolutions, place, namedSchema(schemas, chosen))
}

/** A choice stays; a setting is what it is when a record is read, as who follows a topic does so for days. */
class TopicReaders implements DatumReaders {
  readonly #topics: BrokerParts['topics']
  readonly #topic: string
  readonly #chosen: DatumReaders
  readonly #byWriter: DatumReader

  constructor({ topics, schemas }: BrokerParts, topic: string, chosen: DatumReaders) {
    this.#topics = topics
    this.#topic = topic
    this.#chosen = chosen
    this.#byWriter = new WriterReader(schemas)
  }

  get key(): DatumReader | undefined {
    return this.#chosen.key ?? this.#readerFor('keySchema')
  }

  get value(): DatumReader | undefined {
    return this.#chosen.value ?? this.#readerFor('valueSchema')
  }

  #readerFor(name: 'keySchema' | 'valueSchema'): DatumReader | undefined {
    const setting = this.#topics.find(this.#topic)?.config[name] ?? null
    return setting === null ? undefined : this.#byWriter
  }
}

/** Reads each datum by the schema that it was written with. */
class WriterReader implements DatumReader {
  readonly #schemas: SchemaRegistry

  constructor(schemas: SchemaRegistry) {
    this.#schemas = schemas
  }

  read(bytes: Uint8Array): DatumRead {
    const id = schemaIdOf(bytes)
    if (id === undefined) return NO_DATUM
    try {
      const schema = this.#schemas.parsed(id)
      if (schema === undefined) return UNREADABLE_DATUM
      return { json: AvroCodec.of(schema).decodeToJson(bytes, WIRE_PREFIX_SIZE) }
    } catch (error) {
      if (error instanceof DatumFault || error instanceof SchemaFault) return UNREADABLE_DATUM
      throw error
    }
  }
}

const NO_DATUM = { json: undefined, isDatum: false } as const
const UNREADABLE_DATUM = { json: undefined, isDatum: true } as const

/** Reads each datum, whatever it was written with, by one schema. */
class ResolvingReader implements DatumReader {
  readonly #schemas: SchemaRegistry
  readonly #resolutions: Resolutions
  readonly #place: string
  readonly #reading: NamedSchema
  /** Of the record before: as a rule the next one has the same schema. */
  #last: { readonly id: number; readonly resolution: Resolution } | undefined

  constructor(
    schemas: SchemaRegistry,
    resolutions: Resolutions,
    place: string,
    reading: NamedSchema,
  ) {
    this.#schemas = schemas
    this.#resolutions = resolutions
    this.#place = place
    this.#reading = reading
  }

  read(bytes: Uint8Array): DatumRead {
    const id = schemaIdOf(bytes)
    if (id === undefined) return this.#fault('', 'It does not begin with the id of a schema.')
    try {
      const resolution = this.#resolutionOf(id)
      if (resolution === undefined) return this.#fault('', `There is no schema ${id}.`)
      return { json: resolution.decodeToJson(bytes, WIRE_PREFIX_SIZE) }
    } catch (error) {
      const name = this.#reading.name
      if (error instanceof DatumFault) {
        return this.#fault(error.path, `It cannot be read by ${name}: ${error.message}`)
      }
      if (!(error instanceof SchemaFault)) throw error
      const at = error.path === '' ? '' : ` (at ${error.path} of the schema)`
      return this.#fault('', `Schema ${id} cannot be read by ${name}: ${error.message}${at}`)
    }
  }

  #resolutionOf(id: number): Resolution | undefined {
    if (this.#last?.id === id) return this.#last.resolution
    const writer = this.#schemas.parsed(id)
    if (writer === undefined) return undefined
    const resolution = this.#resolutions.of({ id, schema: writer }, this.#reading)
    this.#last = { id, resolution }
    return resolution
  }

  #fault(path: string, detail: string): DatumRead {
    const error = { code: 'UNRESOLVABLE', detail, path: `/${this.#place}${path}` } as const
    return { json: undefined, error }
  }
}
