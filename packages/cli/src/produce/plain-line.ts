import type { HeaderInput, ProducerRecord } from '@millrace/client'
import type { ProduceOptions } from './produce-options.ts'
import { keyOfLine, type LineKey } from './record-key.ts'

export type KeyForm = LineKey['keyForm'] | 'bytes'

/** A record, and what its key and value are: where there is a schema, text and JSON are encoded. */
export interface LineRecord extends ProducerRecord {
  readonly key?: Uint8Array | null
  readonly value: Uint8Array | null
  readonly keyForm?: KeyForm
  readonly valueForm?: 'bytes' | 'json'
}

/** What a line becomes. */
export type RecordOfLine = (line: Uint8Array, lineNumber: number) => LineRecord

/** The most that a server takes unless it is told otherwise; it has the last word. */
export const RECORD_BYTES_MAX = 8 * 1024 * 1024

/** A line is the value, byte for byte; the options say the rest. */
export function recordOfPlainLine(
  options: ProduceOptions,
  hasKeySchema: boolean,
  onKeyless: () => void,
): RecordOfLine {
  const keyOf = keyOfLine(options, hasKeySchema)
  const wantsKey = options.keyJson !== undefined || options.keyRegex !== undefined
  const extend = additions(options)
  return (line, lineNumber) => {
    const found = keyOf(line, lineNumber)
    if (found.key === null && wantsKey) onKeyless()
    return extend({ ...found, value: line, valueForm: 'json', headers: [] }, lineNumber)
  }
}

/** Adds what the options say of every record. */
export function additions({ header, lineHeader, partition }: ProduceOptions) {
  const given = [...(header ?? [])].map(([name, value]) => ({ name, value }))
  const place = partition === undefined ? {} : { partition }
  return (
    record: LineRecord & { readonly headers: readonly HeaderInput[] },
    lineNumber: number,
  ): LineRecord => {
    const numbered =
      lineHeader === undefined ? [] : [{ name: lineHeader, value: String(lineNumber) }]
    return { ...record, ...place, headers: [...record.headers, ...given, ...numbered] }
  }
}
