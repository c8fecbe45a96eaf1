import { randomBytes } from 'node:crypto'

/** A random UUID, as 22 characters of base64url without `-`, which command lines take for an option. */
export function drawTopicId(): string {
  for (;;) {
    const bytes = randomBytes(16)
    bytes.writeUInt8((bytes.readUInt8(VERSION_AT) & 0x0f) | 0x40, VERSION_AT)
    bytes.writeUInt8((bytes.readUInt8(VARIANT_AT) & 0x3f) | 0x80, VARIANT_AT)
    const id = bytes.toString('base64url')
    if (!id.includes('-')) return id
  }
}

const VERSION_AT = 6
const VARIANT_AT = 8
