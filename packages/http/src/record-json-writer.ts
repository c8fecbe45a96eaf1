/**
 * Records as JSON, in the first field that carries the bytes exactly: so what is written is read back as the
 * same bytes, but for the line breaks between the tokens of a JSON value, which are sent as spaces.
 */
import { isUtf8 } from 'node:buffer'
import type { LogRecord, RecordHeader } from '@millrace/model/record'
import type { DatumRead, DatumReaders } from '@millrace/model/schema-setting'
import type { ByteBuilder } from './byte-builder.ts'
import { JSON_NESTING_MAX, skipValue } from './json-scanner.ts'

/** How bytes are shown: as JSON where they are JSON, else text where they are UTF-8, else base64. */
export type RecordFormat = 'json' | 'text' | 'base64'

/** How records are shown. */
export interface RecordView {
  readonly format: RecordFormat
  /** With the format `json`: what reads keys and values that have a schema. */
  readonly readers?: DatumReaders
}

/** One record, without a line break anywhere. `leading`: its first fields, each with a comma after it. */
export function writeRecord(
  builder: ByteBuilder,
  partition: number,
  record: LogRecord,
  { format, readers = NO_READERS }: RecordView,
  leading = '',
): void {
  const key = record.key === null ? undefined : readers.key?.read(record.key)
  const value = record.value === null ? undefined : readers.value?.read(record.value)
  builder.writeText(
    `{${leading}"partition":${partition},"offset":${record.offset},"timestamp":${record.timestamp},` +
      `${keyField(record.key, format, key)},${errorField(key, value)}`,
  )
  if (value === undefined || record.value === null) writeValue(builder, record.value, format)
  else writeDatum(builder, record.value, value)
  builder.writeText(`,"headers":${headersOf(record.headers, format)}}`)
}

const NO_READERS: DatumReaders = {}

function keyField(
  key: Uint8Array | null,
  format: RecordFormat,
  read: DatumRead | undefined,
): string {
  if (key === null) return '"key":null'
  // A datum that is null is kept apart from no key.
  if (read?.json !== undefined && read.json !== 'null') return `"key":${read.json}`
  return textOrBase64('key', 'keyBase64', key, isOpaque(read) ? 'base64' : format)
}

/** Of both, that of the value is told. */
function errorField(key: DatumRead | undefined, value: DatumRead | undefined): string {
  const read = [value, key].find((one) => one !== undefined && 'error' in one)
  return read !== undefined && 'error' in read ? `"error":${JSON.stringify(read.error)},` : ''
}

/** A value of a topic that has a schema. */
function writeDatum(builder: ByteBuilder, value: Uint8Array, read: DatumRead): void {
  if (read.json !== undefined && read.json !== 'null') builder.writeText(`"value":${read.json}`)
  else writeValue(builder, value, isOpaque(read) ? 'base64' : 'json')
}

/** Bytes that are binary, whatever they look like. */
function isOpaque(read: DatumRead | undefined): boolean {
  return read !== undefined && (read.json !== undefined || 'error' in read || read.isDatum)
}

function writeValue(builder: ByteBuilder, value: Uint8Array | null, format: RecordFormat): void {
  if (value === null) {
    builder.writeText('"value":null')
  } else if (format === 'json' && isJsonButNull(value)) {
    builder.writeText('"value":')
    builder.writeOnOneLine(value)
  } else {
    builder.writeText(textOrBase64('valueText', 'valueBase64', value, format))
  }
}

function headersOf(headers: readonly RecordHeader[], format: RecordFormat): string {
  if (headers.length === 0) return '[]'
  const items = headers.map(({ name, value }) => {
    const field =
      value === null ? '"value":null' : textOrBase64('value', 'valueBase64', value, format)
    return `{"name":${JSON.stringify(name)},${field}}`
  })
  return `[${items.join(',')}]`
}

function textOrBase64(
  textField: string,
  base64Field: string,
  bytes: Uint8Array,
  format: RecordFormat,
): string {
  const buffer = asBuffer(bytes)
  if (format !== 'base64' && isUtf8(buffer)) {
    return `"${textField}":${JSON.stringify(buffer.toString('utf8'))}`
  }
  return `"${base64Field}":"${buffer.toString('base64')}"`
}

/**
 * The text of one JSON value, white space around it not counted as part of one: a reader would not get
 * that back. `null` is kept apart from a tombstone.
 */
function isJsonButNull(bytes: Uint8Array): boolean {
  const buffer = asBuffer(bytes)
  if (skipValue(buffer, 0, buffer.length, JSON_NESTING_MAX) !== buffer.length) return false
  return buffer[0] !== LETTER_N && isUtf8(buffer)
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}

const LETTER_N = 0x6e
