import { FIRST_BYTE_VALUES, isInt32, magnitudeOf, toZigzag } from './varint.ts'

/** A place in bytes of our own, moving forward. There is room: sizes are computed before. */
export class ByteWriter {
  readonly bytes: Uint8Array
  /** Where the next byte goes. */
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }

  writeByte(value: number): void {
    this.bytes[this.at++] = value
  }

  /** A 32-bit integer. */
  writeVarint(value: number): void {
    const { bytes } = this
    let { at } = this
    let rest = toZigzag(value)
    for (; rest >= 0x80; rest >>>= 7) bytes[at++] = rest | 0x80
    bytes[at++] = rest
    this.at = at
  }

  /** A safe integer. */
  writeVarlong(value: number): void {
    if (isInt32(value)) {
      this.writeVarint(value)
      return
    }
    const magnitude = magnitudeOf(value)
    const sign = value < 0 ? 1 : 0
    this.writeByte(0x80 | ((magnitude % FIRST_BYTE_VALUES) << 1) | sign)
    let rest = Math.floor(magnitude / FIRST_BYTE_VALUES)
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.writeByte((rest % 0x80) | 0x80)
    this.writeByte(rest)
  }

  writeBytes(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /** Text of which the length in UTF-8 is known to fit. */
  writeUtf8(text: string): void {
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      // Names are nearly always ASCII and short: a call to the encoder would cost more.
      if (unit >= 0x80) {
        this.at += encoder.encodeInto(text.slice(index), this.bytes.subarray(this.at)).written
        return
      }
      this.writeByte(unit)
    }
  }
}

const encoder = new TextEncoder()
