import type { SchemaName } from '@millrace/model/schema-setting'
import { withServer } from '../connection.ts'
import type { Invocation } from '../invocation.ts'
import { hasVersion } from './schema-name.ts'

export interface DeleteOptions {
  readonly permanent?: true
  readonly yes?: true
}

export async function deleteSchema(
  invocation: Invocation,
  name: SchemaName,
  { permanent, yes }: DeleteOptions,
): Promise<void> {
  const { output, signal } = invocation
  const { subject, version } = name
  await withServer(invocation, name, async ({ schemas }) => {
    const one = hasVersion(name) ? { version } : {}
    const isForGood = permanent === true
    const gone =
      yes === true
        ? await schemas.delete(subject, { ...one, permanent: isForGood, signal })
        : await whatWouldGo()
    await output.one(
      { subject, deleted: yes === true, permanent: isForGood, versions: gone },
      () => {
        const what = `${gone.map((each) => `${subject}@${each}`).join(', ')}${isForGood ? ', for good' : ''}`
        return yes === true
          ? `Deleted ${what}.\n`
          : `Would delete ${what}. What was written with it stays readable. To do it, add --yes\n`
      },
    )

    async function whatWouldGo(): Promise<readonly number[]> {
      if (!hasVersion(name)) return schemas.versions(subject, { deleted: isForGood, signal })
      const found = await schemas.get(subject, { version, deleted: isForGood, signal })
      return [found.version]
    }
  })
}
