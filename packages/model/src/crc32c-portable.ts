import { littleEndianWord } from './little-endian.ts'

/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) in plain JavaScript, eight bytes a step. For
 * browsers, and in Node for inputs so short that calling native code costs more than it saves.
 */
export function crc32c(bytes: Uint8Array): number {
  const length = bytes.length
  let crc = -1
  let at = 0
  for (const whole = length - 7; at < whole; at += 8) {
    const low = crc ^ littleEndianWord(bytes, at)
    crc =
      look(T7, low & 0xff) ^
      look(T6, (low >>> 8) & 0xff) ^
      look(T5, (low >>> 16) & 0xff) ^
      look(T4, low >>> 24) ^
      look(T3, bytes[at + 4] ?? 0) ^
      look(T2, bytes[at + 5] ?? 0) ^
      look(T1, bytes[at + 6] ?? 0) ^
      look(T0, bytes[at + 7] ?? 0)
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ look(T0, (crc ^ (bytes[at] ?? 0)) & 0xff)
  return ~crc >>> 0
}

function look(table: Int32Array, byte: number): number {
  return table[byte] ?? 0
}

const POLYNOMIAL = 0x82f63b78

const T0 = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * POLYNOMIAL)
  return crc
})
const T1 = afterOneMoreByte(T0)
const T2 = afterOneMoreByte(T1)
const T3 = afterOneMoreByte(T2)
const T4 = afterOneMoreByte(T3)
const T5 = afterOneMoreByte(T4)
const T6 = afterOneMoreByte(T5)
const T7 = afterOneMoreByte(T6)

/** What each byte adds to the CRC when one more zero byte follows it. */
function afterOneMoreByte(table: Int32Array): Int32Array {
  return table.map((crc) => (crc >>> 8) ^ look(T0, crc & 0xff))
}
