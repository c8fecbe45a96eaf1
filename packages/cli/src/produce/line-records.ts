import { isUtf8 } from 'node:buffer'
import type { ProducerRecord } from '@millrace/client'
import { RecordFault } from '@millrace/http/record-fault'
import { readRecord } from '@millrace/http/record-json-reader'
import { CommandFailure } from '../command-failure.ts'
import type { ProduceOptions } from '../commands/produce.ts'
import { EXIT } from '../exit-status.ts'
import { keyOfLine } from './record-key.ts'

/** What a line becomes. */
export type RecordOfLine = (line: Uint8Array, lineNumber: number) => ProducerRecord

/** The most that a server takes unless it is told otherwise; it has the last word. */
export const RECORD_BYTES_MAX = 8 * 1024 * 1024

/** A line is the value, byte for byte; the options say the rest. */
export function recordOfPlainLine(options: ProduceOptions, onKeyless: () => void): RecordOfLine {
  const keyOf = keyOfLine(options)
  const wantsKey = options.keyJson !== undefined || options.keyRegex !== undefined
  const extend = additions(options)
  return (line, lineNumber) => {
    const key = keyOf(line)
    if (key === null && wantsKey) onKeyless()
    return extend({ key, value: line, headers: [] }, lineNumber)
  }
}

/** A line is a record in JSON, as `consume -o jsonl` writes it and as the HTTP API takes it. */
export function recordOfJsonLine(options: ProduceOptions): RecordOfLine {
  if (
    options.key !== undefined ||
    options.keyJson !== undefined ||
    options.keyRegex !== undefined
  ) {
    throw new CommandFailure(EXIT.usage, {
      message: 'With --format jsonl each record brings its own key.',
      next: 'Leave out --key, --key-json and --key-regex.',
    })
  }
  const extend = additions(options)
  return (line, lineNumber) => extend(parseRecord(line, lineNumber), lineNumber)
}

type RecordWithHeaders = ProducerRecord & {
  readonly headers: NonNullable<
    Exclude<ProducerRecord['headers'], Readonly<Record<string, unknown>>>
  >
}

function additions({ header, lineHeader, partition }: ProduceOptions) {
  const given = [...(header ?? [])].map(([name, value]) => ({ name, value }))
  const place = partition === undefined ? {} : { partition }
  return (record: RecordWithHeaders, lineNumber: number): ProducerRecord => {
    const numbered =
      lineHeader === undefined ? [] : [{ name: lineHeader, value: String(lineNumber) }]
    return { ...record, ...place, headers: [...record.headers, ...given, ...numbered] }
  }
}

function parseRecord(line: Uint8Array, lineNumber: number): RecordWithHeaders {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  if (!isUtf8(bytes)) throw badLine(lineNumber, 'it is not UTF-8')
  try {
    const reading = { recordMaxBytes: RECORD_BYTES_MAX, nowMs: Date.now() }
    return readRecord(bytes, { from: 0, end: bytes.length }, reading)
  } catch (error) {
    if (error instanceof RecordFault) throw badLine(lineNumber, error.message)
    throw error
  }
}

function badLine(lineNumber: number, problem: string): CommandFailure {
  return new CommandFailure(EXIT.failure, {
    message: `Line ${lineNumber} is not a record: ${problem}`,
    next: 'A record is as consume -o jsonl writes it: {"key":"user-1","value":{"total":3}}',
  })
}
