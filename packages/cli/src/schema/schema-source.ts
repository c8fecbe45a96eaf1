import { stat } from 'node:fs/promises'
import type { Client } from '@millrace/client'
import type { SchemaReference } from '@millrace/model/schema-registry'
import type { NamedSchemaText } from '@millrace/avro/avro-schema'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { userPath } from '../user-path.ts'
import { readSchemaFile } from './schema-file.ts'
import { schemaName } from './schema-name.ts'

/** A schema with the texts of those that it names, each after those that it names itself. */
export interface SchemaSource {
  readonly text: string
  readonly references: readonly NamedSchemaText[]
}

/** A file where there is one, otherwise `SUBJECT[@VERSION]`. */
export async function schemaSource(
  invocation: Invocation,
  argument: string,
): Promise<SchemaSource> {
  if (/\.(avsc|avdl|json)$/.test(argument) || (await isFile(argument))) {
    return { text: await readSchemaFile(argument), references: [] }
  }
  const { subject, version } = schemaName(argument)
  return withServer(invocation, { subject }, async (client) => {
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
