import type { SchemaName } from '@millrace/model/schema-setting'
import { InvalidArgumentError } from 'commander'

/** `orders-value@7`, `orders-value@latest` or `orders-value`: the latest. A subject may itself have an @. */
export function schemaName(text: string): SchemaName {
  const [, subject = text, version = 'latest'] = /^(.+)@(\d+|latest)$/s.exec(text) ?? []
  if (subject === '') throw new InvalidArgumentError('A subject has a name.')
  if (version === 'latest') return { subject, version }
  const number = Number(version)
  if (number >= 1 && number <= VERSION_MAX) return { subject, version: number }
  throw new InvalidArgumentError(`Versions are numbered from 1 to ${VERSION_MAX}.`)
}

/** Whether a version was named. */
export function hasVersion({ version }: SchemaName): boolean {
  return version !== 'latest'
}

const VERSION_MAX = 2 ** 31 - 1
