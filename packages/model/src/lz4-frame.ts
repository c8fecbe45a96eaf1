/**
 * Reads an LZ4 frame as Kafka allows it: version 01, independent blocks, no dictionary. All little-endian.
 *
 *     magic 0x184D2204 u32 | flags u8 | block size code u8 | [content size u64] | header checksum u8
 *     then blocks:  size u32, the high bit set when the block is not compressed | bytes | [checksum u32]
 *     then 0 u32 | [content checksum u32]
 *
 * A block is a run of sequences: token (literal length, match length - 4, in four bits each; 15 goes on in
 * further bytes until one is not 255), the literals, the match's distance u16. The last has literals only.
 *
 * The checksums are not looked at: the batch's CRC-32C covers all of it. Every block is walked twice, first
 * to learn how many bytes will come out, so that nothing is made for a frame that promises too much.
 */
import { copyMatch, tooManyBytes, unsound, WORTH_A_CALL } from './compressed-bytes.ts'
import { littleEndianWord } from './little-endian.ts'

export function decompressLz4Frame(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const frame = readFrame(bytes)
  const output = new Uint8Array(measureFrame(bytes, frame, maxBytes))
  let to = 0
  for (const block of blocksOf(bytes, frame)) {
    if (block.isCompressed) {
      to = decompressBlock(bytes, block, output, to)
    } else {
      output.set(bytes.subarray(block.start, block.end), to)
      to += block.end - block.start
    }
  }
  return output
}

interface Frame {
  readonly firstBlockAt: number
  readonly blockSizeMax: number
  readonly blockChecksumSize: number
  readonly contentChecksumSize: number
}

interface Block {
  readonly start: number
  readonly end: number
  readonly isCompressed: boolean
}

function measureFrame(bytes: Uint8Array, frame: Frame, maxBytes: number): number {
  let size = 0
  for (const block of blocksOf(bytes, frame)) {
    const blockSize = block.isCompressed ? measureBlock(bytes, block) : block.end - block.start
    if (blockSize > frame.blockSizeMax) throw corrupt(`one of its blocks has ${blockSize} bytes.`)
    size += blockSize
    if (size > maxBytes) throw tooManyBytes('lz4', maxBytes)
  }
  return size
}

function readFrame(bytes: Uint8Array): Frame {
  const flags = bytes[4] ?? 0
  const sizeCode = ((bytes[5] ?? 0) >>> 4) & 0b111
  if (bytes.length < FRAME_SIZE_MIN || readUint32(bytes, 0) !== FRAME_MAGIC) {
    throw corrupt('they do not begin as a frame does.')
  }
  if ((flags & VERSION_BITS) !== VERSION_1) throw corrupt('the frame has another version.')
  if ((flags & INDEPENDENT_BLOCKS) === 0) throw corrupt('its blocks depend on each other.')
  if ((flags & (RESERVED | DICTIONARY)) !== 0)
    throw corrupt('the frame has flags that are not allowed.')
  if (sizeCode < SIZE_CODE_MIN) throw corrupt(`there is no block size ${sizeCode}.`)
  return {
    firstBlockAt: 7 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8),
    blockSizeMax: 1 << (8 + 2 * sizeCode),
    blockChecksumSize: (flags & BLOCK_CHECKSUM) === 0 ? 0 : 4,
    contentChecksumSize: (flags & CONTENT_CHECKSUM) === 0 ? 0 : 4,
  }
}

function* blocksOf(bytes: Uint8Array, frame: Frame): Generator<Block> {
  let at = frame.firstBlockAt
  for (;;) {
    if (at + 4 > bytes.length) throw corrupt('the frame has no end.')
    const word = readUint32(bytes, at)
    at += 4
    if (word === 0) break
    const end = at + (word & 0x7fff_ffff)
    if (end + frame.blockChecksumSize > bytes.length) throw corrupt('a block is cut short.')
    yield { start: at, end, isCompressed: word < 0x8000_0000 }
    at = end + frame.blockChecksumSize
  }
  if (at + frame.contentChecksumSize !== bytes.length) throw corrupt('bytes follow the frame.')
}

/** How many bytes the block becomes. Also proves that `decompressBlock` stays inside the block. */
function measureBlock(bytes: Uint8Array, { start, end }: Block): number {
  let at = start
  let size = 0
  while (at < end) {
    const token = bytes[at++] ?? 0
    let literals = token >>> 4
    if (literals === 15) {
      let more = 255
      while (more === 255 && at < end) literals += more = bytes[at++] ?? 0
    }
    at += literals
    size += literals
    if (at === end) return size
    if (at + 2 > end) break
    const distance = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    at += 2
    if (distance === 0 || distance > size) throw corrupt('a match begins before its block.')
    let length = token & 15
    if (length === 15) {
      let more = 255
      while (more === 255 && at < end) length += more = bytes[at++] ?? 0
    }
    size += length + MATCH_LENGTH_MIN
  }
  throw corrupt('a block does not end with literals.')
}

/** The block has been measured, and `output` has room for it. Answers where the next one goes. */
function decompressBlock(
  bytes: Uint8Array,
  { start, end }: Block,
  output: Uint8Array,
  from: number,
): number {
  let at = start
  let to = from
  for (;;) {
    const token = bytes[at++] ?? 0
    let literals = token >>> 4
    if (literals === 15) {
      let more = 255
      while (more === 255) literals += more = bytes[at++] ?? 0
    }
    to = copyLiterals(bytes, at, literals, output, to)
    at += literals
    if (at === end) return to
    const distance = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    at += 2
    let length = token & 15
    if (length === 15) {
      let more = 255
      while (more === 255) length += more = bytes[at++] ?? 0
    }
    to = copyMatch(output, to, distance, length + MATCH_LENGTH_MIN)
  }
}

function copyLiterals(
  bytes: Uint8Array,
  at: number,
  length: number,
  output: Uint8Array,
  to: number,
): number {
  if (length > WORTH_A_CALL) output.set(bytes.subarray(at, at + length), to)
  else for (let index = 0; index < length; index++) output[to + index] = bytes[at + index] ?? 0
  return to + length
}

function readUint32(bytes: Uint8Array, at: number): number {
  return littleEndianWord(bytes, at) >>> 0
}

function corrupt(what: string): Error {
  return unsound('lz4', what)
}

const FRAME_MAGIC = 0x184d2204
/** Magic, flags, block size code, header checksum, the word that ends the blocks. */
const FRAME_SIZE_MIN = 11
const VERSION_BITS = 0b1100_0000
const VERSION_1 = 0b0100_0000
const INDEPENDENT_BLOCKS = 1 << 5
const BLOCK_CHECKSUM = 1 << 4
const CONTENT_SIZE = 1 << 3
const CONTENT_CHECKSUM = 1 << 2
const RESERVED = 1 << 1
const DICTIONARY = 1
/** 64 KiB; 7 is 4 MiB. */
const SIZE_CODE_MIN = 4
const MATCH_LENGTH_MIN = 4
