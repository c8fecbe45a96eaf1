import { lz4Compress, snappyCompress } from '@platformatic/wasm-utils'
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { tooManyBytes, unsound } from './compressed-bytes.ts'
import type { LogError } from './log-error.ts'
import { decompressLz4Frame } from './lz4-frame.ts'
import type { Codec } from './record-batch.ts'
import { decompressSnappy, frameSnappy } from './snappy.ts'

type Compression = Exclude<Codec, 'none'>

export function canCompress(_codec: Codec): boolean {
  return true
}

export function canDecompress(_codec: Codec): boolean {
  return true
}

export function compress(codec: Compression, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'gzip':
      return gzipSync(bytes, { level: GZIP_LEVEL })
    case 'zstd':
      return zstdCompressSync(bytes)
    case 'snappy':
      return frameSnappy(bytes, (block) => snappyCompress(asBuffer(block)))
    default:
      return lz4Compress(asBuffer(bytes))
  }
}

export function decompress(codec: Compression, bytes: Uint8Array, maxBytes: number): Uint8Array {
  switch (codec) {
    case 'gzip':
      return bounded('gzip', maxBytes, () => gunzipSync(bytes, { maxOutputLength: maxBytes }))
    case 'zstd':
      return bounded('zstd', maxBytes, () => decompressWholeZstd(bytes, maxBytes))
    // Not by the library that compresses: each input that it refuses leaks what it had made so far, and
    // after two gigabytes of that it refuses everything.
    case 'snappy':
      return decompressSnappy(bytes, maxBytes)
    default:
      return decompressLz4Frame(bytes, maxBytes)
  }
}

/** The fastest; on log lines it leaves a fifth, where the default level leaves a sixth at a third of the speed. */
const GZIP_LEVEL = 1

function bounded(codec: Compression, maxBytes: number, decompressNow: () => Buffer): Uint8Array {
  try {
    // Not a Buffer: keys and values are parts of it, and `slice` means another thing there.
    const { buffer, byteOffset, byteLength } = decompressNow()
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch (cause) {
    throw refusal(codec, maxBytes, cause)
  }
}

/** Frames to the last byte: Node would stop before one that it does not know, and Java's reader fails there. */
function decompressWholeZstd(bytes: Uint8Array, maxBytes: number): Buffer {
  // With `info` the answer is another one than its type says.
  const answer: unknown = zstdDecompressSync(bytes, { maxOutputLength: maxBytes, info: true })
  const { buffer, engine } = answer as { buffer: Buffer; engine: { bytesWritten: number } }
  if (engine.bytesWritten !== bytes.length) {
    throw new Error(`the last frame ends at byte ${engine.bytesWritten} of ${bytes.length}`)
  }
  return buffer
}

function refusal(codec: Compression, maxBytes: number, cause: unknown): LogError {
  const isTooLarge = cause instanceof RangeError
  return isTooLarge ? tooManyBytes(codec, maxBytes) : unsound(codec, `${messageOf(cause)}.`, cause)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
