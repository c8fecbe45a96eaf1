import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import type { RegisterOptions } from './register-schema.ts'
import { readSchemaFile } from './schema-file.ts'

export interface CheckOptions extends RegisterOptions {
  /** Against this one alone. */
  readonly against?: number
}

/** Whether a schema may become the next version of a subject; status 1 and the reasons when it may not. */
export async function checkSchema(
  invocation: Invocation,
  subject: string,
  file: string,
  { reference = [], normalize, against }: CheckOptions,
): Promise<void> {
  const { output, signal } = invocation
  const schema = await readSchemaFile(file)
  const needs = { subject, file, ...(against !== undefined && { version: against }) }
  const { isCompatible } = await withServer(invocation, needs, async ({ schemas }) => {
    const wanted = { schema, references: reference, ...(normalize && { normalize }) }
    const version = against === undefined ? {} : { version: against }
    const result = await schemas.check(subject, wanted, { ...version, signal })
    const { compatibility } = await schemas.config(subject, { inherit: true, signal })
    await output.one({ subject, compatibility, ...result }, () =>
      result.isCompatible
        ? `${file} goes together with ${against === undefined ? subject : `${subject}@${against}`} (${compatibility}).\n`
        : result.messages.map((message) => `${reasonOf(message)}\n`).join(''),
    )
    return result
  })
  if (isCompatible) return
  throw new CommandFailure(EXIT.failure, {
    message: `${file} would break those who read, or wrote, ${subject}.`,
    next: `A new field needs a default. To see what is other: millrace schema diff ${subject} ${file}`,
  })
}

/** The sentence in what a registry of this API lists. */
function reasonOf(message: string): string {
  const described = /^\{errorType:'([A-Z_]+)', description:'(.*)', additionalInfo:'.*'\}$/s
  const [, type, sentence] = described.exec(message) ?? []
  return sentence === undefined ? message : `${type}: ${sentence}`
}
