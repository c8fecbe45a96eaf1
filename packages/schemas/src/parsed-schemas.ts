import { type AvroSchema, type NamedSchemaText, parseSchema } from '@millrace/avro/avro-schema'
import { SchemaFault } from '@millrace/avro/schema-fault'
import type { ResolvedReference } from './schema-record.ts'
import type { SchemaStore } from './schema-store.ts'

/** Text of the schemas that are kept parsed, with that of what they refer to. What is made of it is far larger. */
const PARSED_BYTES_MAX = 16 * 1024 * 1024
/** Schemas that one may refer to, directly and through others. */
const REFERENCES_MAX = 1_000
/** Their text. */
const REFERENCED_BYTES_MAX = 4 * 1024 * 1024

/** A schema, with the texts of those that it refers to. */
export interface ParsedSchema {
  readonly schema: AvroSchema
  readonly references: readonly NamedSchemaText[]
}

/** Schemas by id, ready to be worked with; those used last are kept. */
export class ParsedSchemas {
  readonly #store: SchemaStore
  /** Those used last are at the end. */
  readonly #parsed = new Map<number, ParsedSchema>()
  #newest: { readonly id: number; readonly parsed: ParsedSchema } | undefined
  #bytes = 0

  constructor(store: SchemaStore) {
    this.#store = store
  }

  /** Undefined: no such id was ever given. Throws SchemaFault for what this version can no longer read. */
  get(id: number): ParsedSchema | undefined {
    // As a rule record after record has the same.
    if (this.#newest?.id === id) return this.#newest.parsed
    const known = this.#parsed.get(id)
    if (known !== undefined) this.#parsed.delete(id)
    const parsed = known ?? this.#read(id)
    if (parsed === undefined) return undefined
    this.#parsed.set(id, parsed)
    this.#newest = { id, parsed }
    return parsed
  }

  /** A text that is not registered, with its references. Throws SchemaFault. */
  parse(text: string, references: readonly ResolvedReference[]): ParsedSchema {
    const referenced = this.#referenced(references)
    return { schema: parseSchema(text, referenced), references: referenced }
  }

  #read(id: number): ParsedSchema | undefined {
    const stored = this.#store.schema(id)
    if (stored === undefined) return undefined
    const parsed = this.parse(stored.schema, stored.references)
    this.#bytes += lengthOf(parsed)
    for (const [oldest, entry] of this.#parsed) {
      if (this.#bytes <= PARSED_BYTES_MAX) break
      this.#parsed.delete(oldest)
      this.#bytes -= lengthOf(entry)
    }
    return parsed
  }

  /** Each once, and after those that it refers to itself. */
  #referenced(references: readonly ResolvedReference[]): readonly NamedSchemaText[] {
    const texts = new Map<number, NamedSchemaText>()
    const begun = new Set<number>()
    let bytes = 0
    // Not by recursion: a chain of references may be as long as they are many.
    const toDo = references.toReversed().map((reference) => ({ reference, isDone: false }))
    for (let next = toDo.pop(); next !== undefined; next = toDo.pop()) {
      const { reference, isDone } = next
      if (isDone) {
        const stored = this.#stored(reference)
        bytes += stored.schema.length
        texts.set(reference.id, { name: reference.name, text: stored.schema })
        if (bytes <= REFERENCED_BYTES_MAX) continue
        throw new SchemaFault(`Its references have more than ${REFERENCED_BYTES_MAX} bytes.`)
      }
      if (begun.has(reference.id)) continue
      begun.add(reference.id)
      if (begun.size > REFERENCES_MAX) {
        throw new SchemaFault(`It refers to more than ${REFERENCES_MAX} schemas.`)
      }
      toDo.push({ reference, isDone: true })
      const own = this.#stored(reference).references.toReversed()
      toDo.push(...own.map((one) => ({ reference: one, isDone: false })))
    }
    return [...texts.values()]
  }

  #stored({ id, subject, version }: ResolvedReference) {
    const stored = this.#store.schema(id)
    if (stored !== undefined) return stored
    throw new SchemaFault(`Version ${version} of ${subject}, which it refers to, is not there.`)
  }
}

function lengthOf({ schema, references }: ParsedSchema): number {
  return references.reduce((length, { text }) => length + text.length, schema.text.length)
}
