import { typescriptTypes } from '@millrace/avro/typescript-types'
import { SchemaFault } from '@millrace/avro/schema-fault'
import type { Invocation } from '../invocation.ts'
import { notASchema } from './schema-file.ts'
import { schemaSource, type SourceOptions } from './schema-source.ts'

export interface TypesOptions extends SourceOptions {
  /** Of a schema that has none. */
  readonly name?: string
}

/** TypeScript for the data of a schema, on standard output. */
export async function printTypes(
  invocation: Invocation,
  argument: string,
  { name, ...options }: TypesOptions,
): Promise<void> {
  const source = await schemaSource(invocation, argument, options)
  try {
    await invocation.output.text(typescriptTypes(source, name))
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error
    throw notASchema(argument, error.message, error)
  }
}
