import { RegistryError } from '@millrace/model/registry-error'
import type { VersionName } from '@millrace/model/schema-registry'

/** Clients write it in their own languages. */
export function isSet(flag: string | undefined): boolean {
  return flag?.toLowerCase() === 'true'
}

/** INVALID_VERSION for what is neither a number from 1 to 2^31-1, nor the latest. */
export function versionOf(text: string): VersionName {
  const plain = text.trim().toLowerCase()
  if (plain === 'latest' || plain === '-1') return 'latest'
  const version = /^\+?\d{1,10}$/.test(plain) ? Number(plain) : 0
  if (version >= 1 && version <= INTEGER_MAX) return version
  throw new RegistryError(
    'INVALID_VERSION',
    `The specified version '${text.slice(0, SHOWN_MAX)}' is not a valid version id. ` +
      'Allowed values are between [1, 2^31-1] and the string "latest"',
  )
}

/** SCHEMA_NOT_FOUND for what no schema can have. */
export function idOf(text: string): number {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (id >= 1 && id <= INTEGER_MAX) return id
  throw new RegistryError('SCHEMA_NOT_FOUND', `Schema ${text.slice(0, SHOWN_MAX)} not found`)
}

const INTEGER_MAX = 2 ** 31 - 1
const SHOWN_MAX = 100
