import { crc32c as native } from '@node-rs/crc32'
import { crc32c as portable } from './crc32c-portable.ts'

/** CRC-32C in Node: native, 4 GB/s and more, unless the call itself would cost more than the bytes. */
export function crc32c(bytes: Uint8Array): number {
  return bytes.length < NATIVE_FROM_BYTES ? portable(bytes) : native(bytes)
}

/** Where the two were measured to be equally fast. */
const NATIVE_FROM_BYTES = 256
