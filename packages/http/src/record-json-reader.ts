/**
 * Records in JSON, read from the bytes of a body. Keys and values are views on those bytes wherever no
 * escape has to be resolved: a value is stored as the JSON text that was sent.
 *
 * A field given twice is refused, as is one that is not known; `offset` is read over.
 */
import { isUtf8 } from 'node:buffer'
import type { RecordToProduce } from '@millrace/model/broker'
import { LogError } from '@millrace/model/log-error'
import { JsonCursor } from './json-cursor.ts'
import { RECORD_FIELDS, RecordDraft, type RecordReading } from './record-draft.ts'
import { RecordFault } from './record-fault.ts'
import type { RecordPlace } from './record-place.ts'

/** One body of lines is read in pieces, so this bounds only JSON: 100,000 of the smallest are 1.2 MB. */
export const RECORDS_MAX = 100_000

export interface RecordsBody {
  readonly records: RecordToProduce[]
  /** Where the record of an index is in the body. */
  readonly placeOf: (index: number) => RecordPlace
}

/** A whole body: `{"records":[...]}`, or one bare record. */
export function readRecords(body: Buffer, reading: RecordReading): RecordsBody {
  if (!isUtf8(body)) throw new LogError('INVALID_REQUEST', 'The body is not UTF-8.')
  const cursor = new JsonCursor(body, 0, body.length)
  const bare = new RecordDraft(reading)
  let records: RecordToProduce[] | undefined
  try {
    cursor.eachField((name) => {
      if (name !== 'records') {
        if (bare.readField(cursor, name)) return
        const code = records === undefined ? 'INVALID_RECORD' : 'INVALID_REQUEST'
        throw new RecordFault(code, NOT_IN_A_BODY)
      } else if (records === undefined) records = readList(cursor, reading)
      else throw new RecordFault('INVALID_REQUEST', 'records is given twice.')
    })
    cursor.expectEnd()
    if (records === undefined) return { records: [bare.finish(reading)], placeOf: () => THE_BODY }
    if (bare.isEmpty) return { records, placeOf: placeInList }
    throw new RecordFault('INVALID_REQUEST', 'Beside records there can be no other field.')
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error
    throw error.code === 'INVALID_REQUEST'
      ? error.at('The body', '', {})
      : error.at('The record', '', { index: 0 })
  }
}

const THE_BODY = { words: 'The record', pointer: '', fields: { index: 0 } }

function placeInList(index: number): RecordPlace {
  return { words: `Record ${index}`, pointer: `/records/${index}`, fields: { index } }
}

/** One line: `bytes` from `from` to `end`, which are UTF-8. Throws RecordFault. */
export function readRecord(
  bytes: Buffer,
  range: { readonly from: number; readonly end: number },
  reading: RecordReading,
): RecordToProduce {
  const cursor = new JsonCursor(bytes, range.from, range.end)
  const record = readObject(cursor, reading)
  cursor.expectEnd()
  return record
}

function readList(cursor: JsonCursor, reading: RecordReading): RecordToProduce[] {
  const records: RecordToProduce[] = []
  cursor.eachItem((index) => {
    try {
      expectRoom(index)
      records.push(readObject(cursor, reading))
    } catch (error) {
      if (!(error instanceof RecordFault)) throw error
      throw error.at(`Record ${index}`, `/records/${index}`, { index })
    }
  })
  if (records.length > 0) return records
  throw new RecordFault('INVALID_REQUEST', 'There are no records.')
}

function readObject(cursor: JsonCursor, reading: RecordReading): RecordToProduce {
  const draft = new RecordDraft(reading)
  cursor.eachField((name) => {
    if (!draft.readField(cursor, name)) throw new RecordFault('INVALID_RECORD', NOT_IN_A_RECORD)
  })
  return draft.finish(reading)
}

const NOT_IN_A_RECORD = `There is no such field; a record has ${RECORD_FIELDS}.`
const NOT_IN_A_BODY = `There is no such field; a body has records alone, or is one record with ${RECORD_FIELDS}.`

function expectRoom(index: number): void {
  if (index < RECORDS_MAX) return
  throw new RecordFault('BODY_TOO_LARGE', `A JSON body holds at most ${RECORDS_MAX} records.`)
}
