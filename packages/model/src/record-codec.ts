/**
 * A record inside a batch. Varints are zigzag; -1 as a length stands for null.
 *
 *     length          varint    of all that follows
 *     attributes      i8        unused, 0
 *     timestamp delta varlong   from the batch's base timestamp
 *     offset delta    varint    from the batch's base offset
 *     key             varint length, bytes
 *     value           varint length, bytes; null is a tombstone
 *     header count    varint
 *       name          varint length, UTF-8; never null
 *       value         varint length, bytes
 */
import type { ByteCursor } from './byte-cursor.ts'
import type { ByteWriter } from './byte-writer.ts'
import { LogError } from './log-error.ts'
import type { RecordContent, RecordHeader } from './record.ts'
import { readUtf8, utf8Length } from './utf8.ts'
import { varintSize, varlongSize } from './varint.ts'

/** A record as its bytes have it, before the batch's header says where and when. */
export interface StoredRecord {
  readonly timestampDelta: number
  readonly offsetDelta: number
  /** A view on the batch's bytes, as are `value` and the header values. */
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

type Content = Pick<RecordContent, 'key' | 'value' | 'headers'>

/** What `length` will say: the size of a record without its length field. */
export function recordBodySize(
  content: Content,
  timestampDelta: number,
  offsetDelta: number,
): number {
  let size = 1 + varlongSize(timestampDelta) + varintSize(offsetDelta)
  size += nullableSize(content.key) + nullableSize(content.value)
  const { headers } = content
  size += varintSize(headers.length)
  for (const header of headers) {
    const nameLength = utf8Length(header.name)
    size += varintSize(nameLength) + nameLength + nullableSize(header.value)
  }
  return size
}

/** Writes a record whose `recordBodySize` is known. */
export function writeRecord(
  writer: ByteWriter,
  content: Content,
  bodySize: number,
  timestampDelta: number,
  offsetDelta: number,
): void {
  writer.writeVarint(bodySize)
  writer.writeByte(0)
  writer.writeVarlong(timestampDelta)
  writer.writeVarint(offsetDelta)
  writeNullable(writer, content.key)
  writeNullable(writer, content.value)
  const { headers } = content
  writer.writeVarint(headers.length)
  for (const header of headers) {
    writer.writeVarint(utf8Length(header.name))
    writer.writeUtf8(header.name)
    writeNullable(writer, header.value)
  }
}

/** Reads one record; CORRUPT_BATCH when its fields do not fill its length exactly. */
export function readRecord(cursor: ByteCursor): StoredRecord {
  const end = readRecordEnd(cursor)
  cursor.skip(ATTRIBUTES_SIZE)
  const timestampDelta = cursor.readVarlong()
  const offsetDelta = cursor.readVarint()
  const key = readNullable(cursor)
  const value = readNullable(cursor)
  const headers = readHeaders(cursor)
  expectEnd(cursor, end)
  return { timestampDelta, offsetDelta, key, value, headers }
}

/** Where the record that the cursor is at ends; its length has been read. */
export function readRecordEnd(cursor: ByteCursor): number {
  const length = cursor.readLength()
  if (length < RECORD_BODY_SIZE_MIN) {
    throw new LogError('CORRUPT_BATCH', `No record is ${length} bytes long (byte ${cursor.at}).`)
  }
  return cursor.at + length
}

export function expectEnd(cursor: ByteCursor, end: number): void {
  if (cursor.at !== end) {
    throw new LogError(
      'CORRUPT_BATCH',
      `A record's fields end at byte ${cursor.at}, not at ${end}.`,
    )
  }
}

export function readHeaderCount(cursor: ByteCursor): number {
  const count = cursor.readVarint()
  // Before anything is made for them: a header is two bytes at least.
  if (count < 0 || count * HEADER_SIZE_MIN > cursor.remaining) {
    throw new LogError('CORRUPT_BATCH', `${count} headers do not fit (byte ${cursor.at}).`)
  }
  return count
}

/** Answers the length of a header's name, which is not null. */
export function readNameLength(cursor: ByteCursor): number {
  const length = cursor.readLength()
  if (length < 0) throw new LogError('CORRUPT_BATCH', `A header has no name (byte ${cursor.at}).`)
  return length
}

/** Attributes, two deltas, two lengths, the header count. */
const RECORD_BODY_SIZE_MIN = 6
/** With the length in front. */
export const RECORD_SIZE_MIN = 7
export const ATTRIBUTES_SIZE = 1
const HEADER_SIZE_MIN = 2

function nullableSize(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length
}

function writeNullable(writer: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) {
    writer.writeVarint(-1)
    return
  }
  writer.writeVarint(bytes.length)
  writer.writeBytes(bytes)
}

function readNullable(cursor: ByteCursor): Uint8Array | null {
  const length = cursor.readLength()
  return length < 0 ? null : cursor.take(length)
}

function readHeaders(cursor: ByteCursor): readonly RecordHeader[] {
  const count = readHeaderCount(cursor)
  if (count === 0) return NO_HEADERS
  const headers: RecordHeader[] = []
  for (let index = 0; index < count; index++) {
    const name = readUtf8(cursor.take(readNameLength(cursor)))
    headers.push({ name, value: readNullable(cursor) })
  }
  return headers
}

const NO_HEADERS: readonly RecordHeader[] = Object.freeze([])
