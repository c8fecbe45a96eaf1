import { isUtf8 } from 'node:buffer'
import { RecordFault } from '@millrace/http/record-fault'
import { readRecord } from '@millrace/http/record-json-reader'
import type { RecordToProduce } from '@millrace/model/broker'
import { CommandFailure } from '../command-failure.ts'
import { EXIT } from '../exit-status.ts'
import { additions, RECORD_BYTES_MAX, type RecordOfLine } from './plain-line.ts'
import type { ProduceOptions } from './produce-options.ts'

/** A line is a record in JSON, as `consume -o jsonl` writes it and as the HTTP API takes it. */
export function recordOfJsonLine(options: ProduceOptions, hasKeySchema: boolean): RecordOfLine {
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
  return (line, lineNumber) => {
    const { partition, ...record } = parseRecord(line, lineNumber, hasKeySchema)
    const isKept = partition !== undefined && options.ignorePartition !== true
    return extend(isKept ? { ...record, partition } : record, lineNumber)
  }
}

function parseRecord(line: Uint8Array, lineNumber: number, hasKeySchema: boolean): RecordToProduce {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  if (!isUtf8(bytes)) throw badLine(lineNumber, 'it is not UTF-8')
  try {
    const reading = { recordMaxBytes: RECORD_BYTES_MAX, nowMs: Date.now(), hasKeySchema }
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
