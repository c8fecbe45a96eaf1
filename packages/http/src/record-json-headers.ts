import type { RecordHeader } from '@millrace/model/record'
import type { JsonCursor } from './json-cursor.ts'
import { OPEN_BRACE } from './json-scanner.ts'
import { readBase64, readNullableUtf8 } from './json-field.ts'
import { RecordFault } from './record-fault.ts'

/**
 * A record's headers: `[{"name":"trace","value":"a1"}, ...]`, or `{"trace":"a1"}` for short. A name may come
 * more than once, as it may in a record.
 */
export function readHeaders(cursor: JsonCursor): RecordHeader[] {
  const headers: RecordHeader[] = []
  if (cursor.peek() === OPEN_BRACE) {
    cursor.eachField((name) => headers.push({ name, value: readNullableUtf8(cursor) }))
  } else {
    cursor.eachItem(() => headers.push(readHeader(cursor)))
  }
  return headers
}

function readHeader(cursor: JsonCursor): RecordHeader {
  let name: string | undefined
  let value: Uint8Array | null | undefined
  cursor.eachField((field) => {
    if (field === 'name' && name === undefined) name = cursor.string()
    else if (field === 'value' && value === undefined) value = readNullableUtf8(cursor)
    else if (field === 'valueBase64' && value === undefined) value = readBase64(cursor)
    else throw new RecordFault('INVALID_RECORD', HEADER_RULE)
  })
  if (name !== undefined && value !== undefined) return { name, value }
  throw new RecordFault('INVALID_RECORD', HEADER_RULE)
}

const HEADER_RULE =
  'A header has a name, and one of value (a string or null) and valueBase64, each once.'
