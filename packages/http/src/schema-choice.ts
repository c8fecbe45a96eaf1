import type { SchemaChoice } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import type { SchemaName } from '@millrace/model/schema-setting'

/** Of the parameters `schema`, which is for values, and `keySchema`. INVALID_REQUEST. */
export function schemaChoice(query: {
  readonly schema?: string
  readonly keySchema?: string
}): SchemaChoice {
  const { schema, keySchema } = query
  return {
    ...(schema !== undefined && { valueSchema: schemaName('schema', schema) }),
    ...(keySchema !== undefined && { keySchema: schemaName('keySchema', keySchema) }),
  }
}

/** `subject@7`, `subject@latest` or `subject`: the latest. */
function schemaName(parameter: string, text: string): SchemaName {
  const [, subject = text, version = 'latest'] = VERSIONED.exec(text) ?? []
  if (version === 'latest') return { subject, version }
  const number = Number(version)
  if (number >= 1 && number <= VERSION_MAX) return { subject, version: number }
  const message = `Versions are numbered from 1 to ${VERSION_MAX}, and there is no ${version}.`
  throw new LogError('INVALID_REQUEST', message, {
    appended: false,
    errors: [{ path: parameter, message }],
  })
}

/** A subject may itself have an @. */
const VERSIONED = /^(.+)@(\d+|latest)$/s
const VERSION_MAX = 2 ** 31 - 1
