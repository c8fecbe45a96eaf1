import { CommandFailure } from './command-failure.ts'
import { EXIT } from './exit-status.ts'
import { formatBytes } from './quantity.ts'

/**
 * The lines of a byte stream, as they are: a line feed ends one and is no part of it, a carriage return is,
 * and what follows the last line feed is a line too unless it is empty. Some at a time, as they arrive.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<readonly Uint8Array[]> {
  let begun: Uint8Array[] = []
  let begunBytes = 0
  let lineNumber = 0
  const keep = (piece: Uint8Array): void => {
    begunBytes += piece.length
    if (begunBytes > lineBytesMax) throw lineTooLong(lineNumber + 1, lineBytesMax)
    begun.push(piece)
  }
  for await (const chunk of chunks) {
    const lines: Uint8Array[] = []
    let start = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      keep(chunk.subarray(start, end))
      lines.push(joined(begun))
      begun = []
      begunBytes = 0
      lineNumber += 1
      start = end + 1
    }
    if (start < chunk.length) keep(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (begun.length > 0) yield [joined(begun)]
}

const LF = 0x0a

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
}

function lineTooLong(lineNumber: number, lineBytesMax: number): CommandFailure {
  return new CommandFailure(EXIT.failure, {
    message: `Line ${lineNumber} is longer than ${formatBytes(lineBytesMax)}, the most that a record may hold.`,
    next: 'Is this a text file? Lines end in a line feed.',
  })
}
