import { stat } from 'node:fs/promises'
import type { Client } from '@millrace/client'
import type { SchemaReference } from '@millrace/model/schema-registry'
import type { NamedSchemaText } from '@millrace/avro/avro-schema'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { userPath } from '../user-path.ts'
import { parseSchemaFile, readSchemaFile } from './schema-file.ts'
import { schemaName } from './schema-name.ts'

/** A schema with the texts of those that it names, each after those that it names itself. */
export interface SchemaSource {
  readonly text: string
  readonly references: readonly NamedSchemaText[]
}

export interface SourceOptions {
  /** What a file names of other subjects. */
  readonly reference?: readonly SchemaReference[]
}

/** A file where there is one, otherwise `SUBJECT[@VERSION]`. What is no schema is told, with the place in it. */
export async function schemaSource(
  invocation: Invocation,
  argument: string,
  { reference = [] }: SourceOptions,
): Promise<SchemaSource> {
  const isOfFile = /\.(avsc|avdl|json)$/.test(argument) || (await isFile(argument))
  const source = isOfFile
    ? await sourceOfFile(invocation, argument, reference)
    : await sourceOfSubject(invocation, argument)
  parseSchemaFile(argument, source.text, source.references, NEXT_STEP)
  return source
}

const NEXT_STEP =
  'All types that it names stand in it, or are of other subjects: --reference com.example.Item=item-value@3'

async function sourceOfFile(
  invocation: Invocation,
  file: string,
  reference: readonly SchemaReference[],
): Promise<SchemaSource> {
  const text = await readSchemaFile(file)
  if (reference.length === 0) return { text, references: [] }
  const references = await withServer(invocation, {}, (client) =>
    referencedTexts(client, reference),
  )
  return { text, references }
}

async function sourceOfSubject(invocation: Invocation, argument: string): Promise<SchemaSource> {
  const { subject, version } = schemaName(argument)
  return withServer(invocation, { subject, version }, async (client) => {
    const { schema, references } = await client.schemas.get(subject, { version })
    return { text: schema, references: await referencedTexts(client, references) }
  })
}

async function referencedTexts(
  client: Client,
  references: readonly SchemaReference[],
): Promise<readonly NamedSchemaText[]> {
  const texts = new Map<string, NamedSchemaText>()
  const collect = async (list: readonly SchemaReference[]): Promise<void> => {
    for (const { name, subject, version } of list) {
      const key = `${version} ${subject}`
      if (texts.has(key)) continue
      const found = await client.schemas.get(subject, { version, deleted: true })
      await collect(found.references)
      texts.set(key, { name, text: found.schema })
    }
  }
  await collect(references)
  return [...texts.values()]
}

async function isFile(argument: string): Promise<boolean> {
  return stat(userPath(argument)).then(
    (found) => found.isFile(),
    () => false,
  )
}
