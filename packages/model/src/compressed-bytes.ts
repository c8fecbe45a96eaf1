import { LogError } from './log-error.ts'
import type { Codec } from './record-batch.ts'

/** The compressed records are not what their codec says. */
export function unsound(codec: Codec, what: string, cause?: unknown): LogError {
  return new LogError('CORRUPT_BATCH', `Its ${codec} records cannot be read: ${what}`, { cause })
}

export function tooManyBytes(codec: Codec, maxBytes: number): LogError {
  return new LogError(
    'CORRUPT_BATCH',
    `Its ${codec} records would take more than ${maxBytes} bytes.`,
  )
}

/**
 * Copies `length` bytes from `distance` before `to`: what LZ4 and Snappy call a match. The two ranges may
 * overlap, and then what was just written is read again.
 */
export function copyMatch(
  output: Uint8Array,
  to: number,
  distance: number,
  length: number,
): number {
  const end = to + length
  if (distance >= length && length > WORTH_A_CALL)
    output.copyWithin(to, to - distance, end - distance)
  else for (let at = to; at < end; at++) output[at] = output[at - distance] ?? 0
  return end
}

/** Shorter runs are copied faster byte by byte. */
export const WORTH_A_CALL = 32
