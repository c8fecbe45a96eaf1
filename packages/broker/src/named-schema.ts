import type { AvroSchema } from '@millrace/avro/avro-schema'
import { SchemaFault } from '@millrace/avro/schema-fault'
import { LogError } from '@millrace/model/log-error'
import type { SchemaName } from '@millrace/model/schema-setting'
import type { SchemaRegistry } from '@millrace/schemas/schema-registry'

/** A schema that somebody named. */
export interface NamedSchema {
  readonly id: number
  /** With the version that it is: `orders-value@7`. */
  readonly name: string
  readonly schema: AvroSchema
}

/** UNKNOWN_SCHEMA when the registry has no such version, or one that cannot be read any more. */
export function namedSchema(
  registry: Pick<SchemaRegistry, 'findVersion' | 'parsed'>,
  { subject, version }: SchemaName,
): NamedSchema {
  const found = registry.findVersion(subject, version)
  const schema = found && readable(registry, found, subject)
  if (found !== undefined && schema !== undefined) {
    return { id: found.id, name: `${subject}@${found.version}`, schema }
  }
  const missing = version === 'latest' ? 'no version' : `no version ${version}`
  throw new LogError('UNKNOWN_SCHEMA', `Subject ${subject} has ${missing}.`, {
    subject,
    appended: false,
  })
}

function readable(
  registry: Pick<SchemaRegistry, 'parsed'>,
  { id, version }: { readonly id: number; readonly version: number },
  subject: string,
): AvroSchema | undefined {
  try {
    return registry.parsed(id)
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error
    const detail = `${subject}@${version} cannot be read any more: ${error.message}`
    throw new LogError('UNKNOWN_SCHEMA', detail, { subject, appended: false, cause: error })
  }
}
