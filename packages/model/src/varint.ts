/**
 * Zigzag varints as Kafka's records use them: the sign in the lowest bit, then seven bits a byte, least
 * significant first, the high bit set on every byte but the last.
 *
 *     0 → 00    -1 → 01    1 → 02    63 → 7e    -64 → 7f    64 → 80 01
 *
 * A varint is 32 bits in at most 5 bytes, a varlong 64 bits in at most 10. Both are plain numbers here.
 */

export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  if (zigzag < 0x20_0000) return 3
  return zigzag < 0x1000_0000 ? 4 : 5
}

/** Writes a 32-bit varint and answers where the next byte goes. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  while (zigzag >= 0x80) {
    target[at++] = zigzag | 0x80
    zigzag >>>= 7
  }
  target[at++] = zigzag
  return at
}

export function varlongSize(value: number): number {
  if (value === (value | 0)) return varintSize(value)
  let rest = Math.floor(magnitude(value) / FIRST_BYTE_VALUES)
  let size = 1
  for (; rest > 0; rest = Math.floor(rest / 0x80)) size++
  return size
}

/** Writes a safe integer and answers where the next byte goes. */
export function writeVarlong(target: Uint8Array, at: number, value: number): number {
  if (value === (value | 0)) return writeVarint(target, at, value)
  // Doubling for the sign bit would pass 2^53, so the first byte is made apart.
  const first = magnitude(value)
  let rest = Math.floor(first / FIRST_BYTE_VALUES)
  target[at++] = 0x80 | ((first % FIRST_BYTE_VALUES) << 1) | (value < 0 ? 1 : 0)
  while (rest >= 0x80) {
    target[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  target[at++] = rest
  return at
}

/** Zigzag without its sign bit: 0 for 0 and -1, 1 for 1 and -2. */
function magnitude(value: number): number {
  return value < 0 ? -value - 1 : value
}

/** One of the first byte's seven bits is the sign. */
const FIRST_BYTE_VALUES = 64
