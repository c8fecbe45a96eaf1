/** Stands in for `@millrace/avro/compatibility` and `normalise` until they are there. */
import { type AvroSchema, type NamedSchemaText, parseSchema } from '@millrace/avro/avro-schema'
import { SchemaFault } from '@millrace/avro/schema-fault'

export interface SchemaSource {
  readonly text: string
  readonly references?: readonly NamedSchemaText[]
}

export interface Incompatibility {
  readonly type: string
  readonly path: string
  readonly message: string
  readonly detail: string
}

export function checkCompatibility(
  reader: SchemaSource,
  writer: SchemaSource,
  _sides?: { readonly reader: string; readonly writer: string },
): readonly Incompatibility[] {
  const parsed = (source: SchemaSource): AvroSchema => parseSchema(source.text, source.references)
  try {
    parsed(reader).type.createResolver(parsed(writer).type)
    return []
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    return [{ type: 'TYPE_MISMATCH', path: '/', message, detail: message }]
  }
}

export function inVerboseForm({ type, message, detail }: Incompatibility): string {
  return `{errorType:'${type}', description:'${message}', additionalInfo:'${detail}'}`
}

export function normalise(text: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(text)))
  } catch {
    throw new SchemaFault('It is not JSON.')
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]))
}
