/** CRC-32C of bytes, unsigned. Node and browsers bring different code: see `imports` in package.json. */
export { crc32c } from '#crc32c'
