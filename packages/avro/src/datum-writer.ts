/**
 * The bytes of data while they are written, one datum after the other. Source: the Avro specification 1.12, "Binary
 * Encoding".
 *
 * Data share larger pieces of memory, as Node's small buffers do: to allocate for each of them would take longer than
 * to write it. What was once given out is never written again.
 */
import { encodeUtf8Into } from '#text'
import { DatumFault } from './datum-fault.ts'
import { DATUM_BYTES_MAX, DATUM_NESTING_MAX } from './limits.ts'

interface WriterMark {
  readonly size: number
  readonly depth: number
}

export class DatumWriter {
  #bytes = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)
  /** Where the datum begins. */
  #start = 0
  #at = 0
  #depth = 0
  /**
   * Whether a number is all that was said: a long that is no safe integer is then refused. Else it was read from text,
   * which may have more digits than a number holds, and is to be read again with all of them.
   */
  #isExact = true

  /** Begins a datum, after so many bytes of 0. */
  begin(prefixSize: number, isExact: boolean): void {
    this.#at = this.#start
    this.#depth = 0
    this.#isExact = isExact
    this.#reserve(prefixSize)
    // A datum that was given up may have left something here.
    this.#bytes.fill(0, this.#at, this.#at + prefixSize)
    this.#at += prefixSize
  }

  /** What was written: a part of a larger piece of memory. */
  finish(): Uint8Array<ArrayBuffer> {
    const start = this.#start
    if (this.#at - start > DATUM_BYTES_MAX) throw tooLarge()
    this.#start = this.#at
    return this.#bytes.subarray(start, this.#at)
  }

  get isExact(): boolean {
    return this.#isExact
  }

  /** A place to rewind to. */
  mark(): WriterMark {
    return { size: this.#at - this.#start, depth: this.#depth }
  }

  rewind({ depth, size }: WriterMark): void {
    this.#at = this.#start + size
    this.#depth = depth
  }

  enter(): void {
    if (++this.#depth > DATUM_NESTING_MAX) {
      throw new DatumFault(`It nests deeper than ${DATUM_NESTING_MAX} levels.`)
    }
  }

  leave(): void {
    this.#depth--
  }

  writeBoolean(value: boolean): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value ? 1 : 0
  }

  /** A 32-bit integer, as an int or as a long. */
  writeInt(value: number): void {
    this.#reserve(INT_SIZE_MAX)
    const bytes = this.#bytes
    let at = this.#at
    let zigzag = ((value << 1) ^ (value >> 31)) >>> 0
    while (zigzag >= 0x80) {
      bytes[at++] = (zigzag & 0x7f) | 0x80
      zigzag >>>= 7
    }
    bytes[at++] = zigzag
    this.#at = at
  }

  /** A safe integer, or a bigint of 64 bits. */
  writeLong(value: number | bigint): void {
    if (typeof value === 'bigint') this.#writeBigLong(value)
    else if (value === (value | 0)) this.writeInt(value)
    else this.#writeSafeLong(value)
  }

  /** The sign and the six lowest bits are the first byte: twice the value might not be a safe integer. */
  #writeSafeLong(value: number): void {
    this.#reserve(LONG_SIZE_MAX)
    const bytes = this.#bytes
    const magnitude = value < 0 ? -value - 1 : value
    let at = this.#at
    bytes[at++] = ((magnitude % 64) * 2) | (value < 0 ? 1 : 0) | 0x80
    let rest = Math.floor(magnitude / 64)
    while (rest >= 0x80) {
      bytes[at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    bytes[at++] = rest
    this.#at = at
  }

  #writeBigLong(value: bigint): void {
    this.#reserve(LONG_SIZE_MAX)
    let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    while (zigzag >= 0x80n) {
      this.#bytes[this.#at++] = Number(zigzag & 0x7fn) | 0x80
      zigzag >>= 7n
    }
    this.#bytes[this.#at++] = Number(zigzag)
  }

  writeFloat(value: number): void {
    this.#reserve(4)
    this.#view.setFloat32(this.#at, value, true)
    this.#at += 4
  }

  writeDouble(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  /** The bytes as they are, without their count. */
  writeFixed(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  writeBytes(bytes: Uint8Array): void {
    this.writeLong(bytes.length)
    this.writeFixed(bytes)
  }

  writeString(text: string): void {
    if (text.length >= SHORT || !this.#writeShortAscii(text)) this.#writeUtf8(text)
  }

  /** A string that is there as UTF-8. */
  writeStringBytes(source: Uint8Array, from: number, end: number): void {
    const length = end - from
    this.writeLong(length)
    this.#reserve(length)
    const bytes = this.#bytes
    const shift = this.#at - from
    if (length >= SHORT) bytes.set(source.subarray(from, end), this.#at)
    else for (let at = from; at < end; at++) bytes[at + shift] = source[at] as number
    this.#at += length
  }

  /** Leaves room for the count of a block that is not known yet: a byte, which is mostly enough. */
  beginBlock(): number {
    this.#reserve(1)
    return this.#at++ - this.#start
  }

  /** Of what was written since that place, it is so many items. */
  endBlock(place: number, count: number): void {
    const more = countSize(count) - 1
    this.#reserve(more)
    const countAt = this.#start + place
    if (more > 0) this.#bytes.copyWithin(countAt + 1 + more, countAt + 1, this.#at)
    const end = this.#at + more
    this.#at = countAt
    this.writeInt(count)
    this.#at = end
  }

  /** Answers false, with nothing written, when not all of it is ASCII. The count takes one byte. */
  #writeShortAscii(text: string): boolean {
    this.#reserve(SHORT + 1)
    const bytes = this.#bytes
    const { length } = text
    let at = this.#at
    bytes[at++] = length << 1
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit >= 0x80) return false
      bytes[at++] = unit
    }
    this.#at = at
    return true
  }

  #writeUtf8(text: string): void {
    if (!text.isWellFormed()) {
      throw new DatumFault('The text has half of a surrogate pair, which UTF-8 does not have.')
    }
    const room = UTF8_BYTES_A_UNIT * text.length
    this.#reserve(INT_SIZE_MAX + room)
    // Where it will be when it is all ASCII; else its count may turn out to take a byte more.
    const start = this.#at
    const guess = start + countSize(text.length)
    const length = encodeUtf8Into(this.#bytes, guess, text)
    const from = start + countSize(length)
    if (from !== guess) this.#bytes.copyWithin(from, guess, guess + length)
    this.writeInt(length)
    this.#at = from + length
  }

  #reserve(size: number): void {
    const wanted = this.#at + size
    if (wanted > this.#bytes.length) this.#grow(wanted)
  }

  /** What the datum has so far goes on in another piece of memory. */
  #grow(wanted: number): void {
    const size = this.#at - this.#start
    if (size > DATUM_BYTES_MAX || wanted - this.#start > UTF8_BYTES_A_UNIT * DATUM_BYTES_MAX) {
      throw tooLarge()
    }
    const bytes = new Uint8Array(Math.max(PIECE, 2 * (wanted - this.#start)))
    bytes.set(this.#bytes.subarray(this.#start, this.#at))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
    this.#start = 0
    this.#at = size
  }
}

function tooLarge(): DatumFault {
  return new DatumFault(`It takes more than ${DATUM_BYTES_MAX} bytes.`)
}

/** How many bytes a length takes. */
function countSize(length: number): number {
  if (length < 2 ** 6) return 1
  if (length < 2 ** 13) return 2
  if (length < 2 ** 20) return 3
  return length < 2 ** 27 ? 4 : 5
}

const INT_SIZE_MAX = 5
const LONG_SIZE_MAX = 10
/** Texts shorter than this are written quicker by hand, and their count takes one byte. */
const SHORT = 48
const UTF8_BYTES_A_UNIT = 3
const PIECE = 16 * 1024
