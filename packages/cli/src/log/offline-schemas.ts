import { dirname, join } from 'node:path'
import { type AvroSchema, type NamedSchemaText, parseSchema } from '@millrace/avro/avro-schema'
import { SchemaFault } from '@millrace/avro/schema-fault'
import type { Disk } from '@millrace/disk/disk'
import { parseSegmentFileName } from '@millrace/log/segment-files'
import { LogError } from '@millrace/model/log-error'
import { decodeSchema, type StoredSchema } from '@millrace/schemas/schema-record'
import type { SchemaSource } from '../schema/wire-reader.ts'
import { segmentRecords } from './segment-records.ts'
import { segmentFilesIn, type Target } from './target.ts'

/** The schemas that a data directory has in its own log of them, without its index: the server may be down. */
export class OfflineSchemas implements SchemaSource {
  readonly #stored: ReadonlyMap<number, StoredSchema>

  /** Of the data directory that a target is, or lies in; none where there is none. */
  static async of(disk: Disk, target: Target): Promise<OfflineSchemas> {
    const stored = new Map<number, StoredSchema>()
    const directory = join(topicsOf(target), SCHEMAS_PARTITION)
    const isThere = (await disk.stat(directory))?.isDirectory === true
    for (const name of isThere ? await segmentFilesIn(disk, directory) : []) {
      if (parseSegmentFileName(name)?.kind !== 'log') continue
      for await (const { key, value } of segmentRecords(disk, join(directory, name), ignore)) {
        const text = Buffer.from(key ?? new Uint8Array()).toString('latin1')
        const id = SCHEMA_KEY.exec(text)?.[1]
        const schema = id === undefined || value === null ? undefined : decoded(text, value)
        if (schema !== undefined) stored.set(Number(id), schema)
      }
    }
    return new OfflineSchemas(stored)
  }

  private constructor(stored: ReadonlyMap<number, StoredSchema>) {
    this.#stored = stored
  }

  async byId(id: number): Promise<AvroSchema | undefined> {
    const stored = this.#stored.get(id)
    if (stored === undefined) return undefined
    const references = new Map<number, NamedSchemaText>()
    this.#collect(stored, references, new Set())
    try {
      return parseSchema(stored.schema, [...references.values()])
    } catch (error) {
      if (error instanceof SchemaFault) return undefined
      throw error
    }
  }

  /** Each after those that it refers to itself. */
  #collect(of: StoredSchema, into: Map<number, NamedSchemaText>, begun: Set<number>): void {
    for (const { id, name } of of.references) {
      const stored = this.#stored.get(id)
      if (stored === undefined || begun.has(id)) continue
      begun.add(id)
      this.#collect(stored, into, begun)
      into.set(id, { name, text: stored.schema })
    }
  }
}

/** A partition lies in `topics/`, a file of it one below. */
function topicsOf(target: Target): string {
  switch (target.kind) {
    case 'dataDirectory':
      return join(target.path, 'topics')
    case 'partition':
      return dirname(target.path)
    case 'file':
      return dirname(dirname(target.path))
  }
}

/** What is not as it was written is for `log verify` to tell. */
function decoded(key: string, value: Uint8Array): StoredSchema | undefined {
  try {
    return decodeSchema(key, value)
  } catch (error) {
    if (error instanceof LogError) return undefined
    throw error
  }
}

const ignore = (): void => undefined
const SCHEMA_KEY = /^schema (\d{10})$/
/** The internal topic of the registry has one partition. */
const SCHEMAS_PARTITION = '__schemas-0'
