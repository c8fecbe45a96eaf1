import { MillraceError } from '@millrace/client'
import type { IdentifiedSchema, SchemaCache } from '@millrace/client/avro'
import type { SchemaName } from '@millrace/model/schema-setting'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'

/** The version that the command line names. Of one that is not there the registry does not say whose it would be. */
export async function namedVersion(
  schemas: SchemaCache,
  { subject, version }: SchemaName,
): Promise<IdentifiedSchema> {
  try {
    return await schemas.byName(subject, version)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'VERSION_NOT_FOUND') throw error
    throw new CommandFailure(EXIT.notFound, {
      message: `${subject} has no version ${version}.`,
      next: `To see those there are: millrace schema ls ${subject}`,
      cause: error,
    })
  }
}
