/**
 * The bytes of one datum while they are read: bounded, so that whatever they say, a read ends in a value or in a
 * DatumFault. Source of the encoding: the Avro specification 1.12, "Binary Encoding".
 *
 * What a small datum could ask for without paying in bytes is counted:
 *   - `enter` counts the objects and arrays around the value that is read, up to DATUM_NESTING_MAX;
 *   - `charge` counts the letters that the schema adds to the datum, and values that take no byte.
 */
import { decodeUtf8, latin1Of } from '#text'
import { DatumFault } from './datum-fault.ts'
import {
  DATUM_NESTING_MAX,
  NAMES_LENGTH_MAX,
  NAMES_LENGTH_MIN,
  NAMES_LENGTH_PER_BYTE,
} from './limits.ts'

export class DatumReader {
  readonly #bytes: Uint8Array
  #at: number
  #depth = 0
  #allowance: number
  #latin1: string | undefined

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes
    this.#at = from
    const length = bytes.length - from
    this.#allowance = Math.min(NAMES_LENGTH_MIN + NAMES_LENGTH_PER_BYTE * length, NAMES_LENGTH_MAX)
  }

  /** The byte that is read next. */
  get at(): number {
    return this.#at
  }

  expectEnd(): void {
    const rest = this.#bytes.length - this.#at
    if (rest <= 0) return
    throw this.fault(`There ${rest === 1 ? 'is 1 byte' : `are ${rest} bytes`} after the datum`)
  }

  /** Into an object or an array. */
  enter(): void {
    if (++this.#depth > DATUM_NESTING_MAX) {
      throw this.fault(`It nests deeper than ${DATUM_NESTING_MAX} levels`)
    }
  }

  leave(): void {
    this.#depth--
  }

  charge(letters: number): void {
    this.#allowance -= letters
    if (this.#allowance < 0) throw this.fault('It has far more values than bytes')
  }

  readBoolean(): boolean {
    const byte = this.#readByte()
    if (byte > 1) throw this.faultBefore(`A boolean is 0 or 1, not ${byte}`)
    return byte === 1
  }

  readInt(): number {
    const start = this.#at
    let zigzag = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#readByte()
      // The fifth byte has the last four bits.
      if (shift === 28 && byte > 0x0f) break
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1)
    }
    throw this.fault('An int has more than 32 bits', start)
  }

  /** A bigint only when it is no safe integer. */
  readLong(): number | bigint {
    const start = this.#at
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#readByte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1)
    }
    let middle = 0
    let isLast = false
    for (let shift = 0; shift < 28 && !isLast; shift += 7) {
      const byte = this.#readByte()
      middle |= (byte & 0x7f) << shift
      isLast = byte < 0x80
    }
    const high = isLast ? 0 : this.#readLastBits(start)
    if (high === 0 && middle < SAFE_MIDDLE) {
      const zigzag = middle * 0x1000_0000 + low
      return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
    }
    const zigzag = (BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(low)
    const value = (zigzag >> 1n) ^ -(zigzag & 1n)
    return value >= SAFE_MIN && value <= SAFE_MAX ? Number(value) : value
  }

  /** The last eight bits of 64, in the ninth and tenth byte. */
  #readLastBits(start: number): number {
    const ninth = this.#readByte()
    if (ninth < 0x80) return ninth
    const tenth = this.#readByte()
    if (tenth > 1) throw this.fault('A long has more than 64 bits', start)
    return (ninth & 0x7f) | (tenth << 7)
  }

  readFloat(): number {
    this.#copyNumber(this.take(4), 4)
    return numberView.getFloat32(0, true)
  }

  readDouble(): number {
    this.#copyNumber(this.take(8), 8)
    return numberView.getFloat64(0, true)
  }

  /** A count of bytes, and the bytes, which stay where they are. */
  readBytes(): Uint8Array {
    return this.readFixed(this.#readLength())
  }

  readFixed(size: number): Uint8Array {
    const start = this.take(size)
    return this.#bytes.subarray(start, start + size)
  }

  readString(): string {
    const start = this.#at
    const length = this.#readLength()
    const from = this.take(length)
    if (this.#isAscii(from, from + length)) return this.#slice(from, from + length)
    return this.#decode(start, from, from + length)
  }

  /** A string as JSON has it: in quotes, escaped where it must be. */
  readJsonString(): string {
    const start = this.#at
    const length = this.#readLength()
    const from = this.take(length)
    const end = from + length
    if (this.#isPlain(from, end)) return `"${this.#slice(from, end)}"`
    return JSON.stringify(
      this.#isAscii(from, end) ? this.#slice(from, end) : this.#decode(start, from, end),
    )
  }

  skipString(): void {
    const start = this.#at
    const length = this.#readLength()
    const from = this.take(length)
    if (!this.#isAscii(from, from + length)) this.#decode(start, from, from + length)
  }

  /**
   * How many items the next block of an array or a map has; 0: there is no further one. `itemSizeMin`: the bytes that
   * each takes at least, so that a count that lies is found before the items are looked for.
   */
  readBlockCount(itemSizeMin: number): number {
    const start = this.#at
    const count = this.readLong()
    const size = count < 0 ? this.#readLength() : undefined
    const items = Math.abs(Number(count))
    const rest = this.#bytes.length - this.#at
    if (itemSizeMin > 0 ? items * itemSizeMin > rest : !Number.isSafeInteger(items)) {
      throw this.fault(`A block of ${items} items, and ${rest} bytes are left`, start)
    }
    if (itemSizeMin === 0) this.charge(items * EMPTY_WEIGHT)
    if (size !== undefined && size > rest) {
      throw this.fault(`A block of ${size} bytes, and ${rest} are left`, start)
    }
    return items
  }

  /** Which of these the next branch of a union is. */
  pick<Branch>(branches: readonly Branch[]): Branch {
    const start = this.#at
    const index = this.readInt()
    const branch = branches[index]
    if (branch !== undefined) return branch
    throw this.fault(`The union has ${branches.length} branches, and none is ${index}`, start)
  }

  /** Past so many bytes: where they begin. */
  take(size: number): number {
    const start = this.#at
    if (size > this.#bytes.length - start) {
      const rest = this.#bytes.length - start
      throw this.fault(`It is cut short: ${size} bytes are wanted, and ${rest} are left`)
    }
    this.#at = start + size
    return start
  }

  fault(message: string, byte = this.#at): DatumFault {
    return new DatumFault(`${message}, at byte ${byte}.`)
  }

  faultBefore(message: string): DatumFault {
    return this.fault(message, this.#at - 1)
  }

  /** A view of the datum's own would cost more than these few bytes. */
  #copyNumber(from: number, size: number): void {
    for (let at = 0; at < size; at++) numberBytes[at] = this.#bytes[from + at] as number
  }

  #readByte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw this.fault('It is cut short')
    this.#at++
    return byte
  }

  #readLength(): number {
    const start = this.#at
    const length = this.readLong()
    if (typeof length === 'bigint' || length < 0) {
      throw this.fault(`A length of ${length}`, start)
    }
    return length
  }

  #isAscii(from: number, end: number): boolean {
    const bytes = this.#bytes
    for (let at = from; at < end; at++) if ((bytes[at] as number) >= 0x80) return false
    return true
  }

  /** Whether JSON has it as it is. */
  #isPlain(from: number, end: number): boolean {
    const bytes = this.#bytes
    for (let at = from; at < end; at++) if (IS_PLAIN[bytes[at] as number] === 0) return false
    return true
  }

  /** Of ASCII. The whole is turned into text once: a piece of it then costs next to nothing. */
  #slice(from: number, end: number): string {
    this.#latin1 ??= latin1Of(this.#bytes)
    return this.#latin1.slice(from, end)
  }

  #decode(start: number, from: number, end: number): string {
    const text = decodeUtf8(this.#bytes.subarray(from, end))
    if (text === undefined) throw this.fault('A string is not UTF-8', start)
    return text
  }
}

/** An item that takes no byte counts as more letters than `null,` has: it takes memory too. */
const EMPTY_WEIGHT = 16

const numberBytes = new Uint8Array(8)
const numberView = new DataView(numberBytes.buffer)

/** With so much above its lowest 28 bits a zigzag is no safe integer. */
const SAFE_MIDDLE = 2 ** 25
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER)
const SAFE_MIN = -SAFE_MAX

/** Neither a control character nor a quote nor a backslash, nor part of what is no ASCII. */
const IS_PLAIN = new Uint8Array(256).fill(1, 0x20, 0x80)
IS_PLAIN[0x22] = 0
IS_PLAIN[0x5c] = 0
