import { type Client, type ConsumedRecord, MillraceError } from '@millrace/client'
import type { SchemaName } from '@millrace/model/schema-setting'
import type { WireReader } from '../schema/wire-reader.ts'

/** What shows the keys and values of a topic that has schemas. */
export interface DatumView {
  readonly key?: WireReader
  readonly value?: WireReader
}

/** What all records are read as data of, as the command line names it. */
export interface ReadingSchemas {
  readonly schema?: SchemaName
  readonly keySchema?: SchemaName
}

/** How the records of each topic are shown. A schema is fetched once, with the first record that names it. */
export class DatumViews {
  readonly #client: Client
  readonly #asked: ReadingSchemas
  readonly #views = new Map<string, DatumView | undefined>()
  #sources: Promise<Sources> | undefined

  constructor(client: Client, asked: ReadingSchemas) {
    this.#client = client
    this.#asked = asked
  }

  /** Undefined: its bytes are shown as they are. */
  of(topic: string): DatumView | undefined {
    return this.#views.get(topic)
  }

  /** Whether `of` has all that this record takes. */
  isReady({ topic, key, value }: ConsumedRecord): boolean {
    const view = this.#views.get(topic)
    if (view === undefined) return this.#views.has(topic)
    return (view.key?.isReady(key) ?? true) && (view.value?.isReady(value) ?? true)
  }

  async prepare({ topic, key, value }: ConsumedRecord): Promise<void> {
    if (!this.#views.has(topic)) this.#views.set(topic, await this.#viewOf(topic))
    const view = this.#views.get(topic)
    await view?.key?.prepare(key)
    await view?.value?.prepare(value)
  }

  /** Whether the record's key is shown as this text, or is its UTF-8: as a server's filter has it. */
  async hasKey(record: ConsumedRecord, text: string): Promise<boolean> {
    if (record.key === null) return false
    if (!this.isReady(record)) await this.prepare(record)
    const json = this.of(record.topic)?.key?.read(record.key).json
    return json === text || json === JSON.stringify(text) || Buffer.from(text).equals(record.key)
  }

  async #viewOf(topic: string): Promise<DatumView | undefined> {
    const { keySchema, valueSchema } = await this.#settings(topic)
    const { schema: askedValue, keySchema: askedKey } = this.#asked
    const hasKey = keySchema !== null || askedKey !== undefined
    const hasValue = valueSchema !== null || askedValue !== undefined
    if (!hasKey && !hasValue) return undefined
    this.#sources ??= sourcesOf(this.#client)
    const { readerOf } = await this.#sources
    return {
      ...(hasKey && { key: await readerOf('key', askedKey) }),
      ...(hasValue && { value: await readerOf('value', askedValue) }),
    }
  }

  /** Of a topic that was deleted meanwhile, nothing is known. */
  async #settings(topic: string) {
    try {
      return (await this.#client.topics.describe(topic)).config
    } catch (error) {
      const isGone = error instanceof MillraceError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION'
      if (!isGone) throw error
      return { keySchema: null, valueSchema: null }
    }
  }
}

interface Sources {
  readonly readerOf: (place: 'key' | 'value', asked: SchemaName | undefined) => Promise<WireReader>
}

/** Only who has schemas loads what reads them. */
async function sourcesOf(client: Client): Promise<Sources> {
  const { SchemaCache } = await import('@millrace/client/avro')
  const { WireReader } = await import('../schema/wire-reader.ts')
  const { registrySource } = await import('../schema/registry-source.ts')
  const { namedVersion } = await import('../schema/named-version.ts')
  const schemas = new SchemaCache(client.schemas)
  const source = registrySource(schemas)
  return {
    readerOf: async (place, asked) => {
      if (asked === undefined) return new WireReader(place, source)
      return new WireReader(place, source, await namedVersion(schemas, asked))
    },
  }
}
