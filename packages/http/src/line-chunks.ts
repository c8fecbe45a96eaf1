/**
 * A body of lines, cut into chunks that are appended each at once. A chunk ends after the line that brings it
 * to 1,000 records or to 1 MiB of body, so at the same lines for the same body, however it arrives: a retry
 * repeats whole chunks.
 *
 * LF ends a line; a last line without one counts; a line of white space is none, but is counted.
 */
import { CARRIAGE_RETURN, LINE_FEED, SPACE } from './json-scanner.ts'
import { RecordFault } from './record-fault.ts'

export interface LineChunk {
  /** Whole lines, with their line ends. */
  readonly bytes: Buffer
  /** The number of the first line, from 1. */
  readonly firstLine: number
  /** The number of the line after the last. */
  readonly nextLine: number
}

export const CHUNK_RECORDS = 1000
export const CHUNK_BYTES = 1024 * 1024

/** `next` gives the body's pieces, and undefined at its end. Too long a line is RECORD_TOO_LARGE. */
export async function* lineChunks(
  next: () => Promise<Buffer | undefined>,
  lineMaxBytes: number,
): AsyncGenerator<LineChunk, void, void> {
  const open = new OpenChunk(lineMaxBytes)
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    let at = 0
    while (at < piece.length) {
      at = open.takeLine(piece, at)
      if (open.isFull) yield open.close()
    }
  }
  if (!open.isEmpty) yield open.close()
}

class OpenChunk {
  readonly #lineMaxBytes: number
  #parts: Buffer[] = []
  #bytes = 0
  #records = 0
  #firstLine = 1
  #line = 1
  #lineBytes = 0
  #lineIsBlank = true

  constructor(lineMaxBytes: number) {
    this.#lineMaxBytes = lineMaxBytes
  }

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  /** True only between two lines. */
  get isFull(): boolean {
    const isEnough = this.#records >= CHUNK_RECORDS || this.#bytes >= CHUNK_BYTES
    return isEnough && this.#lineBytes === 0
  }

  /** Takes up to the end of the line, or what there is of it; answers with where that is. */
  takeLine(piece: Buffer, from: number): number {
    const lineFeed = piece.indexOf(LINE_FEED, from)
    const end = lineFeed === -1 ? piece.length : lineFeed + 1
    this.#lineIsBlank &&= isBlank(piece, from, end)
    this.#lineBytes += end - from
    if (this.#lineBytes > this.#lineMaxBytes) throw this.#tooLong()
    this.#add(piece, from, end)
    if (lineFeed !== -1) this.#endLine()
    return end
  }

  close(): LineChunk {
    if (this.#lineBytes > 0) this.#endLine()
    const [only] = this.#parts
    const bytes = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts)
    const chunk = { bytes, firstLine: this.#firstLine, nextLine: this.#line }
    this.#parts = []
    this.#bytes = 0
    this.#records = 0
    this.#firstLine = this.#line
    return chunk
  }

  /** Lines that lie side by side in one piece become one part. */
  #add(piece: Buffer, from: number, end: number): void {
    const last = this.#parts.at(-1)
    const continues =
      last?.buffer === piece.buffer && last.byteOffset + last.length === piece.byteOffset + from
    if (continues) {
      this.#parts[this.#parts.length - 1] = Buffer.from(
        last.buffer,
        last.byteOffset,
        last.length + end - from,
      )
    } else {
      this.#parts.push(piece.subarray(from, end))
    }
    this.#bytes += end - from
  }

  #endLine(): void {
    if (!this.#lineIsBlank) this.#records++
    this.#line++
    this.#lineBytes = 0
    this.#lineIsBlank = true
  }

  #tooLong(): Error {
    const fault = new RecordFault(
      'RECORD_TOO_LARGE',
      `The line is longer than ${this.#lineMaxBytes} bytes.`,
    )
    return fault.at(`Line ${this.#line}`, '', { line: this.#line })
  }
}

const TAB = 0x09

export function isBlank(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const byte = bytes[at]
    if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN && byte !== LINE_FEED)
      return false
  }
  return true
}
