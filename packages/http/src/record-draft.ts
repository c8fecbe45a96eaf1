import { PARTITION_MAX } from '@millrace/http-api/values'
import type { RecordToProduce } from '@millrace/model/broker'
import type { RecordHeader } from '@millrace/model/record'
import type { JsonCursor } from './json-cursor.ts'
import { readBase64, readInteger, readJson, readNullableUtf8, readUtf8 } from './json-field.ts'
import { QUOTE } from './json-scanner.ts'
import { RecordFault } from './record-fault.ts'
import { readHeaders } from './record-json-headers.ts'

/** That a record may have. */
export const RECORD_FIELDS =
  'key, keyBase64, value, valueText, valueBase64, headers, timestamp and partition'

export interface RecordReading {
  /** Of key, value and headers together. */
  readonly recordMaxBytes: number
  /** The timestamp of the records that name none. */
  readonly nowMs: number
  /** Keys have a schema: any JSON may be one. */
  readonly hasKeySchema?: boolean
}

/** A record while its fields arrive, in whatever order. Throws RecordFault. */
export class RecordDraft {
  readonly #hasKeySchema: boolean
  #seen = 0
  #key: Uint8Array | null = null
  #keyForm: 'bytes' | 'text' | 'json' = 'bytes'
  #value: Uint8Array | null = null
  #valueForm: 'bytes' | 'json' = 'bytes'
  #headers: readonly RecordHeader[] = NO_HEADERS
  #timestamp: number | undefined
  #partition: number | undefined

  constructor({ hasKeySchema = false }: RecordReading) {
    this.#hasKeySchema = hasKeySchema
  }

  get isEmpty(): boolean {
    return this.#seen === 0
  }

  /** Reads the field's value at `cursor` and moves past it. False when a record has no such field. */
  readField(cursor: JsonCursor, name: string): boolean {
    switch (name) {
      case 'key':
        this.#once(KEY, 'The key')
        if (this.#hasKeySchema && !isTextOrNull(cursor)) {
          this.#keyForm = 'json'
          this.#key = readJson(cursor)
        } else {
          this.#keyForm = 'text'
          this.#key = readNullableUtf8(cursor)
        }
        return true
      case 'keyBase64':
        this.#once(KEY, 'The key')
        this.#key = readBase64(cursor)
        return true
      case 'value':
        this.#once(VALUE, 'The value')
        this.#valueForm = 'json'
        this.#value = readJson(cursor)
        return true
      case 'valueText':
        this.#once(VALUE, 'The value')
        this.#value = readUtf8(cursor)
        return true
      case 'valueBase64':
        this.#once(VALUE, 'The value')
        this.#value = readBase64(cursor)
        return true
      case 'headers':
        this.#once(HEADERS, 'headers')
        this.#headers = readHeaders(cursor)
        return true
      case 'timestamp':
        this.#once(TIMESTAMP, name)
        this.#timestamp = readInteger(cursor, Number.MAX_SAFE_INTEGER)
        return true
      case 'partition':
        this.#once(PARTITION, name)
        this.#partition = readInteger(cursor, PARTITION_MAX)
        return true
      case 'offset':
        this.#once(OFFSET, name)
        cursor.skipValue()
        return true
      default:
        return false
    }
  }

  /** The record, complete. Throws RecordFault when it is not, or is too large. */
  finish({ recordMaxBytes, nowMs }: RecordReading): RecordToProduce {
    if ((this.#seen & VALUE) === 0) {
      throw new RecordFault(
        'INVALID_RECORD',
        'A record needs one of value, valueText and valueBase64; "value":null is a tombstone.',
      )
    }
    const record = {
      key: this.#key,
      keyForm: this.#keyForm,
      value: this.#value,
      valueForm: this.#valueForm,
      headers: this.#headers,
      timestamp: this.#timestamp ?? nowMs,
    }
    expectSize(record, recordMaxBytes)
    return this.#partition === undefined ? record : { ...record, partition: this.#partition }
  }

  #once(field: number, name: string): void {
    if ((this.#seen & field) !== 0) {
      throw new RecordFault('INVALID_RECORD', `${name} is given twice.`)
    }
    this.#seen |= field
  }
}

/** Throws RecordFault when key, value and headers come to more than `recordMaxBytes`. */
export function expectSize(record: RecordToProduce, recordMaxBytes: number): void {
  let size = (record.key?.length ?? 0) + (record.value?.length ?? 0)
  for (const { name, value } of record.headers) {
    size += Buffer.byteLength(name) + (value?.length ?? 0)
  }
  if (size > recordMaxBytes) {
    throw new RecordFault(
      'RECORD_TOO_LARGE',
      `Key, value and headers are ${size} bytes; ${recordMaxBytes} are allowed.`,
    )
  }
}

/** Only null begins with an n; what else does is not JSON, and shows when it is read. */
function isTextOrNull(cursor: JsonCursor): boolean {
  const first = cursor.peek()
  return first === QUOTE || first === LETTER_N
}

const LETTER_N = 0x6e
const NO_HEADERS: readonly RecordHeader[] = []
const KEY = 1
const VALUE = 2
const HEADERS = 4
const TIMESTAMP = 8
const PARTITION = 16
const OFFSET = 32
