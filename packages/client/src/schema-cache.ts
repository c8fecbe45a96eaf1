import { type AvroSchema, type NamedSchemaText, parseSchema } from '@millrace/avro/avro-schema'
import { SchemaFault } from '@millrace/avro/schema-fault'
import type { VersionName } from '@millrace/model/schema-registry'
import { MillraceError } from './millrace-error.ts'
import type { Schemas, SchemaText } from './schemas.ts'

/** A schema of the registry that data can be read and written with. */
export interface IdentifiedSchema {
  readonly id: number
  /** With its version: `orders-value@7`. */
  readonly name: string
  readonly schema: AvroSchema
}

/**
 * Schemas of a registry, fetched once with all that they refer to, and kept. A schema never changes under its id;
 * an id that nothing has is remembered as well.
 */
export class SchemaCache {
  readonly #registry: Schemas
  /** The one used last is last. */
  readonly #byId = new Map<number, Promise<AvroSchema>>()

  constructor(registry: Schemas) {
    this.#registry = registry
  }

  /** SCHEMA_NOT_FOUND; INVALID_SCHEMA for one that cannot be worked with here. */
  async byId(id: number): Promise<AvroSchema> {
    const known = this.#byId.get(id)
    if (known === undefined) return this.#keep(id, this.#fetch(id))
    this.#byId.delete(id)
    this.#byId.set(id, known)
    return known
  }

  /** SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, and as `byId`. Which one is the latest is asked each time. */
  async byName(subject: string, version: VersionName): Promise<IdentifiedSchema> {
    const found = await this.#registry.get(subject, { version })
    const { id } = found
    const known = this.#byId.get(id) ?? this.#keep(id, this.parse(found))
    return { id, name: `${subject}@${found.version}`, schema: await known }
  }

  /** A schema that need not be registered; those that it refers to are. INVALID_SCHEMA. */
  async parse({ schema, references }: SchemaText): Promise<AvroSchema> {
    const named = new Map<string, NamedSchemaText>()
    await this.#collect(references, named)
    try {
      return parseSchema(schema, [...named.values()])
    } catch (cause) {
      if (!(cause instanceof SchemaFault)) throw cause
      const { message, path } = cause
      const detail = path === '' ? message : `${path}: ${message}`
      throw new MillraceError('INVALID_SCHEMA', detail, { path, cause })
    }
  }

  async #fetch(id: number): Promise<AvroSchema> {
    return this.parse(await this.#registry.getById(id))
  }

  /** A failure that may be another one the next time is forgotten. */
  async #keep(id: number, schema: Promise<AvroSchema>): Promise<AvroSchema> {
    this.#byId.set(id, schema)
    const [oldest] = this.#byId.keys()
    if (this.#byId.size > SCHEMAS_MAX && oldest !== undefined) this.#byId.delete(oldest)
    try {
      return await schema
    } catch (error) {
      const isFinal = error instanceof MillraceError && FINAL.has(error.code)
      if (!isFinal && this.#byId.get(id) === schema) this.#byId.delete(id)
      throw error
    }
  }

  /** Each once, and after those that it refers to itself. */
  async #collect(
    references: SchemaText['references'],
    into: Map<string, NamedSchemaText>,
    begun: Set<string> = new Set(),
  ): Promise<void> {
    for (const { name, subject, version } of references) {
      const key = `${version} ${subject}`
      if (begun.has(key)) continue
      begun.add(key)
      if (begun.size > REFERENCES_MAX) {
        const detail = `It refers to more than ${REFERENCES_MAX} schemas.`
        throw new MillraceError('INVALID_SCHEMA', detail)
      }
      const found = await this.#registry.get(subject, { version, deleted: true })
      await this.#collect(found.references, into, begun)
      into.set(key, { name, text: found.schema })
    }
  }
}

const FINAL: ReadonlySet<string> = new Set(['SCHEMA_NOT_FOUND', 'INVALID_SCHEMA'])
const SCHEMAS_MAX = 1_000
/** Directly and through others, as the server has it. */
const REFERENCES_MAX = 1_000
