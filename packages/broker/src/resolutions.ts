import type { AvroSchema } from '@millrace/avro/avro-schema'
import { Resolution } from '@millrace/avro/resolution'
import { SchemaFault } from '@millrace/avro/schema-fault'

/** A schema by its id. */
export interface IdentifiedSchema {
  readonly id: number
  readonly schema: AvroSchema
}

/** How data of one schema is read as another's: made once, and kept while it is used. */
export class Resolutions {
  /** The one used last is last. */
  readonly #known = new Map<string, Resolution | SchemaFault>()

  /** Throws SchemaFault for two that never go together. */
  of(writer: IdentifiedSchema, reader: IdentifiedSchema): Resolution {
    const key = `${writer.id} ${reader.id}`
    const found = this.#known.get(key) ?? resolve(writer.schema, reader.schema)
    this.#known.delete(key)
    this.#known.set(key, found)
    if (this.#known.size > RESOLUTIONS_MAX) {
      const [oldest] = this.#known.keys()
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    if (found instanceof SchemaFault) throw found
    return found
  }
}

function resolve(writer: AvroSchema, reader: AvroSchema): Resolution | SchemaFault {
  try {
    return new Resolution(writer, reader)
  } catch (error) {
    if (error instanceof SchemaFault) return error
    throw error
  }
}

const RESOLUTIONS_MAX = 1000
