/** Text in bytes and back, as every browser can. `text-node.ts` is the same for Node, where this would be slower. */
export function latin1Of(bytes: Uint8Array): string {
  return latin1.decode(bytes)
}

export function isUtf8(bytes: Uint8Array): boolean {
  return decodeUtf8(bytes) !== undefined
}

/** Undefined: it is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** Writes text that has no lone surrogate, and answers with how many bytes that took. There is room for it. */
export function encodeUtf8Into(bytes: Uint8Array, at: number, text: string): number {
  return encoder.encodeInto(text, bytes.subarray(at)).written
}

export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  }
  return btoa(text)
}

/** Of text that is known to be base64. */
export function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0))
}

/** Arguments of one call. */
const PIECE = 4096
/** One letter a byte; from 0x80 on they are those of Windows, which nobody looks at. */
const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()
