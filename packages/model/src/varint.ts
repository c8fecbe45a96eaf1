/**
 * Zigzag varints as Kafka's records use them: the sign in the lowest bit, then seven bits a byte, least
 * significant first, the high bit set on every byte but the last.
 *
 *     0 → 00    -1 → 01    1 → 02    63 → 7e    -64 → 7f    64 → 80 01
 *
 * A varint is 32 bits in at most 5 bytes, a varlong 64 bits in at most 10. Both are plain numbers here, so a
 * varlong is held to safe integers. `ByteWriter` writes them, `ByteCursor` reads them.
 */

/** How many bytes a 32-bit integer takes. */
export function varintSize(value: number): number {
  const zigzag = toZigzag(value)
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  if (zigzag < 0x20_0000) return 3
  return zigzag < 0x1000_0000 ? 4 : 5
}

/** How many bytes a safe integer takes. */
export function varlongSize(value: number): number {
  if (isInt32(value)) return varintSize(value)
  let size = 1
  let rest = Math.floor(magnitudeOf(value) / FIRST_BYTE_VALUES)
  for (; rest > 0; rest = Math.floor(rest / 0x80)) size++
  return size
}

export function isInt32(value: number): boolean {
  return value === (value | 0)
}

export function toZigzag(int32: number): number {
  return ((int32 << 1) ^ (int32 >> 31)) >>> 0
}

/** What follows the sign: 0 for 0 and -1, 1 for 1 and -2. Twice that, the zigzag, could pass 2^53. */
export function magnitudeOf(value: number): number {
  return value < 0 ? -value - 1 : value
}

/** One of the first byte's seven bits is the sign. */
export const FIRST_BYTE_VALUES = 64
