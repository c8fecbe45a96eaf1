import { MillraceError } from '@millrace/client'
import type { SchemaCache } from '@millrace/client/avro'
import type { SchemaSource } from './wire-reader.ts'

/** The schemas of a server. */
export function registrySource(schemas: SchemaCache): SchemaSource {
  return {
    async byId(id) {
      try {
        return await schemas.byId(id)
      } catch (error) {
        const isAbsent = error instanceof MillraceError && ABSENT.has(error.code)
        if (isAbsent) return undefined
        throw error
      }
    },
  }
}

const ABSENT: ReadonlySet<string> = new Set(['SCHEMA_NOT_FOUND', 'INVALID_SCHEMA'])
