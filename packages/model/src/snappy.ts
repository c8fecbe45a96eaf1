/**
 * Snappy as Kafka's clients send it: Java in the framing of the xerial library, others as one raw block.
 * Both are read; the framing is written.
 *
 *     82 "SNAPPY" 00 | version i32 = 1 | compatible i32 = 1 | then blocks: length i32 big-endian, raw block
 *
 * A raw block begins with its size once decompressed, a little-endian varint, so that it is known before
 * anything is made. Then come elements, told apart by the lowest two bits of their first byte:
 *
 *     00 literals   length - 1 in six bits; 60 to 63: in the 1 to 4 bytes that follow
 *     01 match      length - 4 in three bits, distance in three bits and one byte
 *     10 match      length - 1 in six bits, distance in two bytes
 *     11 match      length - 1 in six bits, distance in four bytes
 */
import { readInt32, writeInt32 } from './big-endian.ts'
import { copyMatch, tooManyBytes, unsound } from './compressed-bytes.ts'

export function decompressSnappy(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const blocks = isFramed(bytes) ? framedBlocks(bytes) : [bytes]
  let size = 0
  for (const block of blocks) {
    size += readSize(block).size
    if (size > maxBytes) throw tooManyBytes('snappy', maxBytes)
  }
  const output = new Uint8Array(size)
  let to = 0
  for (const block of blocks) to = decompressBlock(block, output, to)
  return output
}

/** What Java's clients write: blocks of at most 32 KiB, each compressed alone. */
export function frameSnappy(
  bytes: Uint8Array,
  compressBlock: (block: Uint8Array) => Uint8Array,
): Uint8Array {
  const blocks: Uint8Array[] = []
  let size = FRAME_HEADER.length
  for (let at = 0; at < bytes.length; at += FRAMED_BLOCK_SIZE) {
    const block = compressBlock(bytes.subarray(at, at + FRAMED_BLOCK_SIZE))
    blocks.push(block)
    size += LENGTH_SIZE + block.length
  }
  const framed = new Uint8Array(size)
  framed.set(FRAME_HEADER)
  let at = FRAME_HEADER.length
  for (const block of blocks) {
    writeInt32(framed, at, block.length)
    framed.set(block, at + LENGTH_SIZE)
    at += LENGTH_SIZE + block.length
  }
  return framed
}

function isFramed(bytes: Uint8Array): boolean {
  return (
    bytes.length >= FRAME_HEADER.length &&
    FRAME_HEADER.subarray(0, FRAME_MAGIC_SIZE).every((byte, index) => bytes[index] === byte)
  )
}

function framedBlocks(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = []
  for (let at = FRAME_HEADER.length; at < bytes.length;) {
    const start = at + LENGTH_SIZE
    const end = start + (start > bytes.length ? 0 : readInt32(bytes, at))
    if (end <= start || end > bytes.length) throw corrupt('a framed block is cut short.')
    blocks.push(bytes.subarray(start, end))
    at = end
  }
  return blocks
}

function readSize(block: Uint8Array): { readonly size: number; readonly at: number } {
  let size = 0
  for (let at = 0; at < SIZE_LENGTH_MAX && at < block.length; at++) {
    const byte = block[at] ?? 0
    size += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return { size, at: at + 1 }
  }
  throw corrupt('a block does not say how large it is.')
}

/** `output` has room for the size that the block names. Answers where the next block goes. */
function decompressBlock(block: Uint8Array, output: Uint8Array, from: number): number {
  const { size, at: first } = readSize(block)
  const end = from + size
  let at = first
  let to = from
  while (at < block.length) {
    const tag = block[at++] ?? 0
    const kind = tag & 0b11
    if (kind === LITERALS) {
      const extra = Math.max((tag >>> 2) - LITERAL_LENGTH_MAX, 0)
      const length = 1 + (extra === 0 ? tag >>> 2 : readLittleEndian(block, at, extra))
      at += extra
      if (at + length > block.length || to + length > end)
        throw corrupt('literals run past the end.')
      output.set(block.subarray(at, at + length), to)
      at += length
      to += length
    } else {
      const extra = kind === 3 ? 4 : kind
      const low = readLittleEndian(block, at, extra)
      const distance = kind === 1 ? ((tag & 0b1110_0000) << 3) | low : low
      const length = kind === 1 ? ((tag >>> 2) & 0b111) + 4 : (tag >>> 2) + 1
      at += extra
      if (distance === 0 || distance > to - from) throw corrupt('a match begins before its block.')
      if (at > block.length || to + length > end) throw corrupt('a match runs past the end.')
      to = copyMatch(output, to, distance, length)
    }
  }
  if (to !== end) throw corrupt(`a block has ${to - from} bytes, not ${size}.`)
  return to
}

/** Bytes past the end count as zeros; the caller looks at where it stands afterwards. */
function readLittleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let index = length - 1; index >= 0; index--) value = value * 0x100 + (bytes[at + index] ?? 0)
  return value
}

function corrupt(what: string): Error {
  return unsound('snappy', what)
}

const FRAME_HEADER = new Uint8Array([
  0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1,
])
const FRAME_MAGIC_SIZE = 8
const FRAMED_BLOCK_SIZE = 32 * 1024
const LENGTH_SIZE = 4
const SIZE_LENGTH_MAX = 5
const LITERALS = 0
/** A greater one says in how many bytes the length follows. */
const LITERAL_LENGTH_MAX = 59
