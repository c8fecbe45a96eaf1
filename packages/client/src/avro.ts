/** Records whose keys or values are data of an Avro schema, which the registry has. */
import type { VersionName } from '@millrace/model/schema-registry'
import type { Client } from './client.ts'
import type { ConsumedRecord } from './consumed-record.ts'
import { DatumDecoder, encodeDatum } from './datum-codec.ts'
import { MillraceError } from './millrace-error.ts'
import { type IdentifiedSchema, SchemaCache } from './schema-cache.ts'
import type { SchemaInput } from './schemas.ts'

export type { IdentifiedSchema } from './schema-cache.ts'
export { SchemaCache } from './schema-cache.ts'

export interface AvroOptions {
  readonly subject: string
  /** Which version of the subject encodes. The latest unless told otherwise. */
  readonly version?: VersionName
  /** The schema that encodes, instead of a version; it is one of the subject. SCHEMA_NOT_FOUND when it is not. */
  readonly schema?: SchemaInput['schema'] | SchemaInput
  /** Registers `schema` as a version of the subject, unless it is one. */
  readonly autoRegister?: boolean
  /**
   * Everything is read as data of this version of the subject, or of this schema, whatever it was written with. When
   * not said, each datum by its own schema.
   */
  readonly readAs?: VersionName | SchemaInput
  /** How often to see whether there is a later version. 60,000 unless told otherwise. */
  readonly maxAgeMs?: number
}

/** A record whose value was decoded, or why it could not be: `error` is undefined exactly when it was. */
export type AvroRecord<T> = ConsumedRecord &
  (
    | { readonly error: undefined; readonly data: T | null }
    | { readonly error: MillraceError; readonly data?: undefined }
  )

/** Encodes and decodes keys or values; schemas are fetched once. */
export interface AvroSerde<T, Input = T> {
  /**
   * For `producer.send({ value: await orders.encode(order) })`. What is missing takes its default. INVALID_RECORD, with
   * the `path` of the first misfit; SUBJECT_NOT_FOUND, VERSION_NOT_FOUND.
   */
  encode(data: Input): Promise<Uint8Array<ArrayBuffer>>
  /** UNRESOLVABLE, with a `path`, for bytes that are no such datum. Null, a tombstone, stays null. */
  decode(bytes: Uint8Array): Promise<T>
  decode(bytes: Uint8Array | null): Promise<T | null>
  /**
   * The records of a consumer with their values decoded. One that cannot be is told at that record, and the rest go
   * on; when the registry does not answer, the loop ends.
   */
  records(consumer: AsyncIterable<ConsumedRecord>): AsyncGenerator<AvroRecord<T>>
}

/**
 * Data of a subject. A `T` is what `JSON.parse` gives for plain JSON, but an integer beyond 2^53 is a bigint.
 *
 * `Input` is what may be encoded: fields with a default may be missing. `millrace schema types` prints both.
 *
 *     const orders = avro<Order, OrderInput>(client, { subject: 'orders-value' })
 *     await producer.send({ key: 'user-1', value: await orders.encode({ total: 3 }) })
 *     for await (const { data, error } of orders.records(consumer)) …
 */
export function avro<T = unknown, Input = T>(
  client: Pick<Client, 'schemas'>,
  options: AvroOptions,
): AvroSerde<T, Input> {
  const schemas = new SchemaCache(client.schemas)
  const { version = 'latest', schema, readAs, maxAgeMs = MAX_AGE_MS } = options
  const isLatest = version === 'latest' && schema === undefined
  const writer = new Aging(isLatest ? maxAgeMs : Infinity, async () =>
    writerOf(client, schemas, options),
  )
  const decoder = new Aging(readAs === 'latest' ? maxAgeMs : Infinity, async () => {
    return new DatumDecoder(schemas, await readerOf(schemas, options))
  })
  async function decode(bytes: Uint8Array): Promise<T>
  async function decode(bytes: Uint8Array | null): Promise<T | null>
  async function decode(bytes: Uint8Array | null): Promise<T | null> {
    return bytes === null ? null : ((await (await decoder.get()).decode(bytes)) as T)
  }
  return Object.freeze({
    encode: async (data: Input) => encodeDatum(await writer.get(), data),
    decode,
    async *records(consumer: AsyncIterable<ConsumedRecord>) {
      for await (const record of consumer) yield await decoded(record, decode)
    },
  } satisfies AvroSerde<T, Input>)
}

async function decoded<T>(
  record: ConsumedRecord,
  decode: (bytes: Uint8Array | null) => Promise<T | null>,
): Promise<AvroRecord<T>> {
  try {
    return { ...record, error: undefined, data: await decode(record.value) }
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'UNRESOLVABLE') throw error
    return { ...record, error }
  }
}

async function writerOf(
  { schemas: registry }: Pick<Client, 'schemas'>,
  schemas: SchemaCache,
  { subject, version = 'latest', schema, autoRegister }: AvroOptions,
): Promise<IdentifiedSchema> {
  if (schema === undefined) return schemas.byName(subject, version)
  const input = inputOf(schema)
  const found = await (autoRegister === true
    ? registry.register(subject, input)
    : registry.lookup(subject, input))
  return schemas.byName(subject, found.version)
}

async function readerOf(
  schemas: SchemaCache,
  { subject, readAs }: AvroOptions,
): Promise<IdentifiedSchema | undefined> {
  if (readAs === undefined) return undefined
  if (typeof readAs !== 'object') return schemas.byName(subject, readAs)
  const { schema, references = [] } = readAs
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema)
  return {
    id: -1,
    name: 'the schema given',
    schema: await schemas.parse({ schema: text, references }),
  }
}

/** A schema itself may be an object as well: it has no schema within it. */
function inputOf(schema: SchemaInput['schema'] | SchemaInput): SchemaInput {
  return typeof schema === 'object' && 'schema' in schema ? schema : { schema }
}

/** What is made when it is first needed, and again when it is old. A failure is not kept. */
class Aging<T> {
  readonly #maxAgeMs: number
  readonly #make: () => Promise<T>
  #made: Promise<T> | undefined
  #madeAtMs = 0

  constructor(maxAgeMs: number, make: () => Promise<T>) {
    this.#maxAgeMs = maxAgeMs
    this.#make = make
  }

  async get(): Promise<T> {
    const isOld = performance.now() - this.#madeAtMs > this.#maxAgeMs
    if (this.#made === undefined || isOld) {
      this.#madeAtMs = performance.now()
      this.#made = this.#make()
    }
    const making = this.#made
    try {
      return await making
    } catch (error) {
      if (this.#made === making) this.#made = undefined
      throw error
    }
  }
}

const MAX_AGE_MS = 60_000
