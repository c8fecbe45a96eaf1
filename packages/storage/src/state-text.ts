/**
 * Records of internal topics that can be read with any consumer: a key is words, a value is JSON, its version first.
 *
 *     group billing      {"version":1,"epoch":8}
 */
import type { Clock } from '@millrace/disk/clock'
import { LogError } from '@millrace/model/log-error'
import type { LogRecord, RecordContent } from '@millrace/model/record'
import type { StateDefinition } from './indexed-state.ts'

/** For the index: the record's key is the key, its value the value. */
export const decodeAsItIs: StateDefinition['decode'] = (record) => [
  { key: keyOf(record), value: record.value },
]

export function keyOf({ key }: LogRecord): string {
  return Buffer.from(key ?? NO_BYTES).toString('latin1')
}

export function textRecord(clock: Clock, key: string, value: Uint8Array | null): RecordContent {
  return { key: Buffer.from(key), value, headers: [], timestamp: clock.nowMs() }
}

export type Fields = Readonly<Record<string, unknown>>

export function encodeFields(fields: object): Uint8Array {
  return Buffer.from(JSON.stringify({ version: VERSION, ...fields }))
}

/** CORRUPT_SEGMENT for what this version did not write. */
export function parseFields(topic: string, key: string, value: Uint8Array): Fields {
  let fields: unknown
  try {
    fields = JSON.parse(Buffer.from(value).toString())
  } catch {
    throw notWritten(topic, key)
  }
  if (!isFields(fields) || fields['version'] !== VERSION) throw notWritten(topic, key)
  return fields
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

export function notWritten(topic: string, key: string): LogError {
  return new LogError('CORRUPT_SEGMENT', `The record ${key} of ${topic} is not what was written.`)
}

const VERSION = 1
const NO_BYTES = new Uint8Array(0)
