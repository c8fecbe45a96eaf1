/**
 * Makes UTF-8 of text, many short texts in one piece of memory: a buffer for each would cost more than the text.
 * A piece is let go of when none of its texts is needed any more.
 */
export class TextSlab {
  #bytes = new Uint8Array()
  #used = 0

  encode(text: string): Uint8Array {
    const most = text.length * BYTES_PER_UNIT_MAX
    if (most > LARGE_BYTES) return encoder.encode(text)
    if (most > this.#bytes.length - this.#used) {
      this.#bytes = new Uint8Array(SLAB_BYTES)
      this.#used = 0
    }
    const start = this.#used
    this.#used += encoder.encodeInto(text, this.#bytes.subarray(start)).written
    return this.#bytes.subarray(start, this.#used)
  }
}

const encoder = new TextEncoder()
const BYTES_PER_UNIT_MAX = 3
const SLAB_BYTES = 64 * 1024
const LARGE_BYTES = 8 * 1024
