import { readFile } from 'node:fs/promises'
import { parseSchema, type NamedSchemaText } from '@millrace/avro/avro-schema'
import { SchemaFault } from '@millrace/avro/schema-fault'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import { userPath } from '../user-path.ts'

/** The text of a schema: that of an `.avsc` file, or what an `.avdl` file (Avro IDL) says. */
export async function readSchemaFile(file: string): Promise<string> {
  const text = await readFile(userPath(file), 'utf8')
  if (!file.endsWith('.avdl')) return text
  const { schemaOfIdl } = await import('./schema-idl.ts')
  return schemaOfIdl(text, file)
}

/** Says what is wrong with the file, and where in it. */
export function parseSchemaFile(
  file: string,
  text: string,
  references: readonly NamedSchemaText[] = [],
  next = SCHEMA_EXAMPLE,
): ReturnType<typeof parseSchema> {
  try {
    return parseSchema(text, references)
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error
    throw notASchema(
      file,
      error.path === '' ? error.message : `${error.path}: ${error.message}`,
      error,
      next,
    )
  }
}

const SCHEMA_EXAMPLE =
  'A schema is as {"type":"record","name":"Order","fields":[{"name":"total","type":"long"}]}'

export function notASchema(
  file: string,
  problem: string,
  cause: unknown,
  next = SCHEMA_EXAMPLE,
): CommandFailure {
  return new CommandFailure(EXIT.failure, {
    message: `${file} is no Avro schema: ${problem}`,
    next,
    cause,
  })
}
