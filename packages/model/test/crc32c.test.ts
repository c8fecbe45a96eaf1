import { expect, test } from 'vitest'
import { crc32c } from '../src/crc32c.ts'
import { crc32c as native } from '../src/crc32c-native.ts'
import { crc32c as portable } from '../src/crc32c-portable.ts'

test.each([
  ['123456789', 0xe3069283],
  ['', 0],
  ['a', 0xc1d04330],
])('the CRC-32C of "%s" is the standard’s, natively and not', (text, expected) => {
  const bytes = Buffer.from(text)
  expect(crc32c(bytes)).toBe(expected)
  expect(portable(bytes)).toBe(expected)
})

test('32 bytes of zeros, of ones, rising and falling are RFC 3720’s', () => {
  const rising = Uint8Array.from({ length: 32 }, (_, index) => index)
  expect(portable(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(portable(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  expect(portable(rising)).toBe(0x46dd794e)
  expect(portable(rising.toReversed())).toBe(0x113fdb5c)
})

test('native and portable agree at every length, on either side of the switch', () => {
  const bytes = Uint8Array.from({ length: 600 }, (_, index) => (index * 151 + 7) & 0xff)
  for (let length = 0; length <= bytes.length; length++) {
    expect(native(bytes.subarray(0, length)), `${length} bytes`).toBe(
      portable(bytes.subarray(0, length)),
    )
  }
})
