import { Buffer, isUtf8 } from 'node:buffer'

/** Text in bytes and back, by what Node has for it. `text-portable.ts` is the same for browsers. */
export function latin1Of(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1')
}

export { isUtf8 }

/** Undefined: it is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? asBuffer(bytes).toString('utf8') : undefined
}

/** Writes text that has no lone surrogate, and answers with how many bytes that took. There is room for it. */
export function encodeUtf8Into(bytes: Uint8Array, at: number, text: string): number {
  return asBuffer(bytes).write(text, at, 'utf8')
}

export function base64Of(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64')
}

/** Of text that is known to be base64. */
export function bytesOfBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (bytes instanceof Buffer) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
