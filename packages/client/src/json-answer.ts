import type { FetchedRecord } from '@millrace/http-api/records'
import type { LogRecord, RecordHeader } from '@millrace/model/record'

/** A record as the JSON of a fetch with `format=base64` has it. */
export function recordOfJson(record: FetchedRecord): LogRecord {
  return {
    offset: record.offset,
    timestamp: record.timestamp,
    key: bytesOf(record.key, record.keyBase64),
    value: bytesOf(record.valueText, record.valueBase64),
    headers: record.headers.map(headerOf),
  }
}

function headerOf(header: FetchedRecord['headers'][number]): RecordHeader {
  return { name: header.name, value: bytesOf(header.value, header.valueBase64) }
}

/** Neither is what null looks like. */
function bytesOf(text: string | null | undefined, base64: string | undefined): Uint8Array | null {
  if (base64 !== undefined) return Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0))
  return typeof text === 'string' ? encoder.encode(text) : null
}

const encoder = new TextEncoder()
