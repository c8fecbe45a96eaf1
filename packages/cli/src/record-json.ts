import { isUtf8 } from 'node:buffer'
import type { RecordHeader } from '@millrace/model/record'

/**
 * Bytes as a field of JSON that can be read back: text when they are UTF-8, else base64. Text goes as `key`
 * or `valueText`, so that what is shown is what can be produced again.
 */
export function bytesAsJson(
  name: 'key' | 'value',
  bytes: Uint8Array | null,
): Readonly<Record<string, string | null>> {
  if (bytes === null) return name === 'key' ? {} : { value: null }
  if (!isUtf8(bytes)) return { [`${name}Base64`]: asBuffer(bytes).toString('base64') }
  return { [name === 'key' ? 'key' : 'valueText']: asBuffer(bytes).toString() }
}

export function headersAsJson(headers: readonly RecordHeader[]): readonly object[] {
  return headers.map(({ name, value }) => {
    if (value === null) return { name, value: null }
    if (!isUtf8(value)) return { name, valueBase64: asBuffer(value).toString('base64') }
    return { name, value: asBuffer(value).toString() }
  })
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
