import { assert } from './assert.ts'
import { decompressLz4Frame } from './lz4-frame.ts'
import type { Codec } from './record-batch.ts'
import { decompressSnappy } from './snappy.ts'

/** Browsers have gzip only as a stream, and zstd not at all: who asks for those gets the records as JSON. */
export function canDecompress(codec: Codec): boolean {
  return codec === 'none' || codec === 'snappy' || codec === 'lz4'
}

export function canCompress(codec: Codec): boolean {
  return codec === 'none'
}

export function compress(codec: Exclude<Codec, 'none'>, _bytes: Uint8Array): Uint8Array {
  assert(canCompress(codec), `nobody compresses with ${codec} where it is not there`)
  return _bytes
}

export function decompress(
  codec: Exclude<Codec, 'none'>,
  bytes: Uint8Array,
  maxBytes: number,
): Uint8Array {
  assert(canDecompress(codec), `nobody decompresses ${codec} where it is not there`)
  return codec === 'lz4' ? decompressLz4Frame(bytes, maxBytes) : decompressSnappy(bytes, maxBytes)
}
