import { type Client, MillraceError, type SubjectMode } from '@millrace/client'
import type { CompatibilityLevel } from '@millrace/model/schema-registry'
import { CommandFailure } from '../command-failure.ts'
import { withServer } from '../connection.ts'
import { EXIT } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { renderPairs } from '../table.ts'

export interface ConfigOptions {
  readonly compatibility?: CompatibilityLevel
  readonly mode?: SubjectMode
  readonly force?: true
  readonly delete?: true
}

/** Sets what is named, then shows what holds for the subject, or for all that have nothing of their own. */
export async function configureSchemas(
  invocation: Invocation,
  subject: string | undefined,
  options: ConfigOptions,
): Promise<void> {
  const { output, signal } = invocation
  const { compatibility, mode, force } = options
  if (options.delete === true && (compatibility ?? mode) !== undefined) {
    throw new CommandFailure(EXIT.usage, {
      message: '--delete takes settings back; --compatibility and --mode set them.',
      next: 'Give one of them.',
    })
  }
  await withServer(invocation, subject === undefined ? {} : { subject }, async ({ schemas }) => {
    if (options.delete === true) await takeBack(schemas, subject, signal)
    if (compatibility !== undefined) await schemas.setConfig(subject, { compatibility }, { signal })
    if (mode !== undefined) await schemas.setMode(subject, mode, { force: force === true, signal })
    const config = await schemas.config(subject, { inherit: true, signal })
    const shown = { ...config, mode: await schemas.mode(subject, { inherit: true, signal }) }
    await output.one({ subject: subject ?? null, ...shown }, () =>
      renderPairs([
        ['subject', subject ?? 'all without settings of their own'],
        ...Object.entries(shown).map(([name, value]): [string, string] => [name, String(value)]),
      ]),
    )
  })
}

/** What is not set need not be taken back. */
async function takeBack(
  schemas: Client['schemas'],
  subject: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const unlessSet = (error: unknown): void => {
    if (!(error instanceof MillraceError) || !NOT_SET.has(error.code)) throw error
  }
  await schemas.deleteConfig(subject, { signal }).catch(unlessSet)
  await schemas.deleteMode(subject, { signal }).catch(unlessSet)
}

const NOT_SET: ReadonlySet<string> = new Set([
  'SUBJECT_NOT_FOUND',
  'COMPATIBILITY_NOT_CONFIGURED',
  'MODE_NOT_CONFIGURED',
])
