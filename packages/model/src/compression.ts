/**
 * The codecs of record batches. Node and browsers bring different code: see `imports` in package.json.
 *
 * `decompress` is bounded: it answers with at most `maxBytes` bytes or throws CORRUPT_BATCH, and makes no
 * more room than that on the way.
 */
export { canCompress, canDecompress, compress, decompress } from '#compression'
