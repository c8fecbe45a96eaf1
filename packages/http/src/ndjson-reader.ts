import { isUtf8 } from 'node:buffer'
import type { RecordToProduce } from '@millrace/model/broker'
import { LINE_FEED } from './json-scanner.ts'
import { isBlank, type LineChunk } from './line-chunks.ts'
import type { RecordReading } from './record-draft.ts'
import { RecordFault } from './record-fault.ts'
import { readRecord } from './record-json-reader.ts'

/** The records of a chunk of lines. What is wrong with one names its `line`. */
export function readLines(chunk: LineChunk, reading: RecordReading): RecordToProduce[] {
  const { bytes } = chunk
  const isText = isUtf8(bytes)
  const records: RecordToProduce[] = []
  let line = chunk.firstLine
  for (let from = 0; from < bytes.length; line++) {
    const lineFeed = bytes.indexOf(LINE_FEED, from)
    const end = lineFeed === -1 ? bytes.length : lineFeed
    try {
      if (!isText) expectUtf8(bytes.subarray(from, end))
      if (!isBlank(bytes, from, end)) records.push(readRecord(bytes, { from, end }, reading))
    } catch (error) {
      if (!(error instanceof RecordFault)) throw error
      throw error.at(`Line ${line}`, '', { line })
    }
    from = end + 1
  }
  return records
}

/** The number of the line that has the record of that index: lines of white space have none. */
export function lineOf({ bytes, firstLine }: LineChunk, index: number): number {
  let [line, left] = [firstLine, index]
  for (let from = 0; from < bytes.length; line++) {
    const lineFeed = bytes.indexOf(LINE_FEED, from)
    const end = lineFeed === -1 ? bytes.length : lineFeed
    if (!isBlank(bytes, from, end) && left-- === 0) break
    from = end + 1
  }
  return line
}

function expectUtf8(line: Buffer): void {
  if (!isUtf8(line)) throw new RecordFault('INVALID_REQUEST', 'The line is not UTF-8.')
}
