import { LogError } from './log-error.ts'

/**
 * A place in bytes that someone else made, moving forward. Every read is checked against the end, so that
 * hostile bytes end in CORRUPT_BATCH and nothing else.
 */
export class ByteCursor {
  readonly bytes: Uint8Array
  /** The next byte to read. */
  at: number
  /** The first byte that is not ours. */
  readonly end: number

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  get remaining(): number {
    return this.end - this.at
  }

  readByte(): number {
    if (this.at >= this.end) throw cutShort(this.at)
    return this.bytes[this.at++] ?? 0
  }

  /** A zigzag varint of 32 bits. */
  readVarint(): number {
    const first = this.readByte()
    if (first < 0x80) return (first >>> 1) ^ -(first & 1)
    let zigzag = first & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.readByte()
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) break
        return (zigzag >>> 1) ^ -(zigzag & 1)
      }
    }
    throw new LogError('CORRUPT_BATCH', `The varint before byte ${this.at} has more than 32 bits.`)
  }

  /** A zigzag varint of 64 bits, of which numbers hold 53. */
  readVarlong(): number {
    const first = this.readByte()
    if (first < 0x80) return (first >>> 1) ^ -(first & 1)
    let magnitude = (first & 0x7f) >>> 1
    let weight = 0x40
    for (let length = 2; length <= VARLONG_LENGTH_MAX; length++, weight *= 0x80) {
      const byte = this.readByte()
      magnitude += (byte & 0x7f) * weight
      if (byte < 0x80) {
        const value = (first & 1) === 0 ? magnitude : -magnitude - 1
        if (Number.isSafeInteger(value)) return value
        break
      }
    }
    throw new LogError('CORRUPT_BATCH', `The varlong before byte ${this.at} is beyond 2^53.`)
  }

  /** A varint that is a length in bytes; -1 stands for null and comes back as -1. */
  readLength(): number {
    const length = this.readVarint()
    if (length < -1 || length > this.end - this.at) throw badLength(length, this.at)
    return length
  }

  skip(length: number): void {
    this.at += length
  }

  /** The next bytes, not copied. */
  take(length: number): Uint8Array {
    const from = this.at
    this.at = from + length
    return this.bytes.subarray(from, this.at)
  }
}

function cutShort(at: number): LogError {
  return new LogError('CORRUPT_BATCH', `It ends at byte ${at}, in the middle of a record.`)
}

function badLength(length: number, at: number): LogError {
  return new LogError('CORRUPT_BATCH', `A length before byte ${at} is ${length}, beyond the end.`)
}

const VARLONG_LENGTH_MAX = 10
