import { describe, expect, test } from 'vitest'
import * as node from '../src/text-node.ts'
import * as portable from '../src/text-portable.ts'

describe.each([
  ['of Node', node],
  ['of browsers', portable],
])('text and bytes, %s', (_where, text) => {
  test('UTF-8 is read with its byte order mark, and nothing else is', () => {
    expect(text.decodeUtf8(Buffer.from('\uFEFFgrüß 𝄞'))).toBe('\uFEFFgrüß 𝄞')
    expect(text.decodeUtf8(Uint8Array.of(0x61, 0xff))).toBeUndefined()
    expect(text.decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined()
  })

  test('UTF-8 is written in place', () => {
    const bytes = new Uint8Array(8)
    expect(text.encodeUtf8Into(bytes, 1, 'ü𝄞')).toBe(6)
    expect([...bytes]).toEqual([0, ...Buffer.from('ü𝄞'), 0])
  })

  test('ASCII is one letter a byte, whatever is beside it', () => {
    const letters = text.latin1Of(Uint8Array.of(0x61, 0x80, 0xff, 0x62))
    expect([letters.length, letters[0], letters[3]]).toEqual([4, 'a', 'b'])
  })

  test('base64 there and back', () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index & 0xff)
    expect(text.base64Of(bytes)).toBe(Buffer.from(bytes).toString('base64'))
    expect([...text.bytesOfBase64(text.base64Of(bytes))]).toEqual([...bytes])
  })
})
