import type { AvroSchema } from '@millrace/avro/avro-schema'
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

/** UNKNOWN_SCHEMA when the registry has no such version. */
export function namedSchema(
  registry: SchemaRegistry,
  { subject, version }: SchemaName,
): NamedSchema {
  const found = registry.findVersion(subject, version)
  const schema = found && registry.parsed(found.id)
  if (found !== undefined && schema !== undefined) {
    return { id: found.id, name: `${subject}@${found.version}`, schema }
  }
  const missing = version === 'latest' ? 'no version' : `no version ${version}`
  throw new LogError('UNKNOWN_SCHEMA', `Subject ${subject} has ${missing}.`, {
    subject,
    appended: false,
  })
}
