import type { RecordContent, RecordHeader } from '@millrace/model/record'
import { TextSlab } from './text-slab.ts'

/** A record to produce: exactly one of `value` and `json`. Text is sent as its UTF-8. */
export interface ProducerRecord {
  /** Records of one key are in one partition, in the order in which they were sent. */
  readonly key?: string | Uint8Array | null
  /** Null is a tombstone. */
  readonly value?: string | Uint8Array | null
  /** Sent as the text that `JSON.stringify` makes of it. */
  readonly json?: unknown
  readonly headers?: readonly HeaderInput[] | Readonly<Record<string, HeaderInput['value']>>
  /** Milliseconds since the epoch; now, unless told otherwise. */
  readonly timestamp?: number | Date
  /** Instead of the one that the key would choose. */
  readonly partition?: number
}

export interface HeaderInput {
  readonly name: string
  readonly value: string | Uint8Array | null
}

/** What is sent. TypeError when the record is not one. */
export function recordContentOf(record: ProducerRecord, nowMs: number): RecordContent {
  const { partition } = record
  if (partition !== undefined && !isIndex(partition)) {
    throw new TypeError(`There is no partition ${partition}.`)
  }
  return {
    key: bytesOf(record.key ?? null, 'A key'),
    value: valueOf(record),
    headers: headersOf(record.headers ?? []),
    timestamp: timestampOf(record.timestamp ?? nowMs),
  }
}

function valueOf({ value, json }: ProducerRecord): Uint8Array | null {
  if ((value === undefined) === (json === undefined)) {
    throw new TypeError('A record has either a value (null is a tombstone) or json.')
  }
  if (value !== undefined) return bytesOf(value, 'A value')
  // Undefined for what JSON does not have, whatever the type says.
  const text = JSON.stringify(json) as string | undefined
  if (text === undefined) throw new TypeError(`A ${typeof json} is not JSON.`)
  return slab.encode(text)
}

function headersOf(headers: NonNullable<ProducerRecord['headers']>): readonly RecordHeader[] {
  const list = isList(headers)
    ? headers
    : Object.entries(headers).map(([name, value]) => ({ name, value }))
  return list.map(({ name, value }) => {
    if (typeof name !== 'string') throw new TypeError('A header has a name.')
    return { name, value: bytesOf(value, 'A header’s value') }
  })
}

function isList(
  headers: NonNullable<ProducerRecord['headers']>,
): headers is readonly HeaderInput[] {
  return Array.isArray(headers)
}

function bytesOf(value: string | Uint8Array | null, what: string): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value
  if (typeof value === 'string') return slab.encode(value)
  throw new TypeError(`${what} is text, bytes or null; for other values there is json.`)
}

function timestampOf(timestamp: number | Date): number {
  const milliseconds = Number(timestamp)
  if (!isIndex(milliseconds)) {
    throw new TypeError(`${milliseconds} is not a time in milliseconds since the epoch.`)
  }
  return milliseconds
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

const slab = new TextSlab()
