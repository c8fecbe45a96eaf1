import { schemaIdOf } from '@millrace/avro/wire-format'
import type { Disk } from '@millrace/disk/disk'
import type { LogRecord } from '@millrace/model/record'
import type { DatumReaders } from '@millrace/model/schema-setting'
import { parseSchemaFile, readSchemaFile } from '../schema/schema-file.ts'
import { WireReader } from '../schema/wire-reader.ts'
import { OfflineSchemas } from './offline-schemas.ts'
import type { Target } from './target.ts'

export interface SchemaFiles {
  /** Values are read as data of this schema; those whose own schema is not here were written with it. */
  readonly schema?: string
  readonly keySchema?: string
}

/** A key or a value that is in the wire format. */
export interface ShownDatum {
  readonly schemaId: number
  /** Plain JSON on one line. */
  readonly json?: string
  /** Why the schema that was given cannot read it. */
  readonly error?: string
}

export interface ShownData {
  readonly key?: ShownDatum
  readonly value?: ShownDatum
}

/** Reads keys and values of stored records where they are data of a schema that is known. */
export class StoredData {
  readonly #key: WireReader
  readonly #value: WireReader

  static async open(disk: Disk, target: Target, files: SchemaFiles = {}): Promise<StoredData> {
    const schemas = await OfflineSchemas.of(disk, target)
    return new StoredData(
      await readerFor('key', schemas, files.keySchema),
      await readerFor('value', schemas, files.schema),
    )
  }

  private constructor(key: WireReader, value: WireReader) {
    this.#key = key
    this.#value = value
  }

  async read({ key, value }: LogRecord): Promise<ShownData> {
    const [ofKey, ofValue] = [await shown(this.#key, key), await shown(this.#value, value)]
    return { ...(ofKey && { key: ofKey }), ...(ofValue && { value: ofValue }) }
  }

  /** For this record: what is no datum is shown as it is otherwise. */
  async readersFor({ key, value }: LogRecord): Promise<DatumReaders> {
    const [ofKey, ofValue] = [await shown(this.#key, key), await shown(this.#value, value)]
    return { ...(ofKey && { key: this.#key }), ...(ofValue && { value: this.#value }) }
  }
}

/** Whether there is anything to read: most logs have none, and are gone through the quicker. */
export function hasDatum({ key, value }: LogRecord): boolean {
  return [key, value].some((bytes) => bytes !== null && schemaIdOf(bytes) !== undefined)
}

async function readerFor(
  place: 'key' | 'value',
  schemas: OfflineSchemas,
  file: string | undefined,
): Promise<WireReader> {
  if (file === undefined) return new WireReader(place, schemas)
  const schema = parseSchemaFile(file, await readSchemaFile(file))
  const source = { byId: async (id: number) => (await schemas.byId(id)) ?? schema }
  return new WireReader(place, source, { name: file, schema })
}

async function shown(
  reader: WireReader,
  bytes: Uint8Array | null,
): Promise<ShownDatum | undefined> {
  const schemaId = bytes === null ? undefined : schemaIdOf(bytes)
  if (bytes === null || schemaId === undefined) return undefined
  await reader.prepare(bytes)
  const read = reader.read(bytes)
  if (read.json !== undefined) return { schemaId, json: read.json }
  return 'error' in read
    ? { schemaId, error: `${read.error.path}: ${read.error.detail}` }
    : undefined
}
