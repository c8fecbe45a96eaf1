import type { SchemaName } from '@millrace/model/schema-setting'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'

/** Prints a schema, by its name or by its id. */
export async function showSchema(
  invocation: Invocation,
  name: SchemaName | undefined,
  { id, deleted }: { readonly id?: number; readonly deleted?: true },
): Promise<void> {
  const { output, signal } = invocation
  if ((name === undefined) === (id === undefined)) {
    throw new CommandFailure(EXIT.usage, {
      message: 'Which schema?',
      next: 'Name a subject, as in millrace schema get orders-value@2, or give --id ID.',
    })
  }
  await withServer(invocation, name === undefined ? {} : name, async ({ schemas }) => {
    if (name === undefined) {
      const found = await schemas.getById(id ?? 0, { signal })
      return output.one({ id, ...found }, () => pretty(found.schema))
    }
    const { subject, version } = name
    const found = await schemas.get(subject, { version, deleted: deleted === true, signal })
    return output.one(found, () => pretty(found.schema))
  })
}

/** For people; every digit stays, which a longer number would lose on the way through JavaScript. */
export function pretty(text: string): string {
  if (/\d{16}/.test(text)) return `${text}\n`
  return `${JSON.stringify(JSON.parse(text), null, 2)}\n`
}
