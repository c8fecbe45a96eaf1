/** Bytes that grow at the end: an answer while it is made. */
export class ByteBuilder {
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY)
  #length = 0

  get length(): number {
    return this.#length
  }

  writeText(text: string): void {
    // No character takes more than three bytes of UTF-8 for each of its UTF-16 units.
    this.#makeRoom(text.length * 3)
    this.#length += this.#buffer.write(text, this.#length)
  }

  writeBytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** JSON text, its line breaks (which stand between tokens) as spaces. */
  writeOnOneLine(json: Uint8Array): void {
    const start = this.#length
    this.writeBytes(json)
    const written = this.#buffer.subarray(start, this.#length)
    replaceAll(written, LINE_FEED)
    replaceAll(written, CARRIAGE_RETURN)
  }

  /** What was written, which is the caller's from here on; the builder is empty again. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#length)
    this.#buffer = this.#buffer.subarray(this.#length)
    this.#length = 0
    return bytes
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#length * 2, FIRST_CAPACITY))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

const FIRST_CAPACITY = 16 * 1024
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20

function replaceAll(bytes: Buffer, byte: number): void {
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) bytes[at] = SPACE
}
