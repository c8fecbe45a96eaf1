import type { SchemaReference } from '@millrace/client'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { readSchemaFile } from './schema-file.ts'

export interface RegisterOptions {
  readonly reference?: readonly SchemaReference[]
  readonly normalize?: true
}

export async function registerSchema(
  invocation: Invocation,
  subject: string,
  file: string,
  { reference = [], normalize }: RegisterOptions,
): Promise<void> {
  const { output, signal } = invocation
  const schema = await readSchemaFile(file)
  await withServer(invocation, { subject, file: typed(file, reference) }, async ({ schemas }) => {
    const wanted = { schema, references: reference, ...(normalize && { normalize }) }
    const registered = await schemas.register(subject, { ...wanted, signal })
    const { version, id } = registered
    await output.one(registered, () => `${subject}@${version}, id ${id}\n`)
  })
}

/** As it is typed for another command. */
function typed(file: string, references: readonly SchemaReference[]): string {
  const options = references.map((one) => ` --reference ${one.name}=${one.subject}@${one.version}`)
  return file + options.join('')
}
