import { LogError } from '@millrace/model/log-error'
import type { LogRecord } from '@millrace/model/record'
import type { DatumReader, DatumReaders } from '@millrace/model/schema-setting'
import { decodeBase64 } from './json-string.ts'

/** Whether a record is wanted; undefined: all are. */
export type RecordFilter = ((record: LogRecord) => boolean) | undefined

/**
 * Of `key`, `keyBase64` and `header.NAME`: a record is wanted when it meets all that are given. A key that has a schema
 * is compared as it is shown in JSON, also where the bytes are asked for.
 */
export function recordFilter(
  query: Readonly<Record<string, unknown>>,
  readers: DatumReaders,
): RecordFilter {
  const key = keyOf(query)
  const isShown = query['key'] !== undefined
  const headers = Object.entries(query).flatMap(([name, value]) =>
    name.startsWith(HEADER_PREFIX) && typeof value === 'string'
      ? [{ name: name.slice(HEADER_PREFIX.length), value: Buffer.from(value) }]
      : [],
  )
  if (key === undefined && headers.length === 0) return undefined
  return (record) =>
    (key === undefined ||
      isEqual(key, record.key) ||
      (isShown && isShownAs(key, record.key, readers.key))) &&
    headers.every(({ name, value }) =>
      record.headers.some((header) => header.name === name && isEqual(value, header.value)),
    )
}

const HEADER_PREFIX = 'header.'

function keyOf({ key, keyBase64 }: Readonly<Record<string, unknown>>): Buffer | undefined {
  if (typeof key === 'string' && typeof keyBase64 === 'string') {
    throw new LogError('INVALID_REQUEST', 'key and keyBase64: filter by one of them.')
  }
  if (typeof key === 'string') return Buffer.from(key)
  return typeof keyBase64 === 'string' ? decodeBase64(keyBase64) : undefined
}

function isShownAs(
  wanted: Buffer,
  key: Uint8Array | null,
  reader: DatumReader | undefined,
): boolean {
  if (reader === undefined || key === null) return false
  const { json } = reader.read(key)
  const text = wanted.toString()
  return json !== undefined && (json === text || json === JSON.stringify(text))
}

function isEqual(wanted: Buffer, bytes: Uint8Array | null): boolean {
  return bytes !== null && wanted.equals(bytes)
}
