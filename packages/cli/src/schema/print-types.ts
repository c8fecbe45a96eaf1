import { typescriptTypes } from '@millrace/avro/typescript-types'
import { SchemaFault } from '@millrace/avro/schema-fault'
import type { Invocation } from '../invocation.ts'
import { notASchema, parseSchemaFile } from './schema-file.ts'
import { schemaSource } from './schema-source.ts'

/** TypeScript for the data of a schema, on standard output. */
export async function printTypes(
  invocation: Invocation,
  argument: string,
  { name }: { readonly name?: string },
): Promise<void> {
  const source = await schemaSource(invocation, argument)
  parseSchemaFile(argument, source.text, source.references)
  try {
    await invocation.output.text(typescriptTypes(source, name))
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error
    throw notASchema(argument, error.message, error)
  }
}
