import { expect, test } from 'vitest'
import { CommandFailure } from '../src/command-failure.ts'
import { keyOfLine } from '../src/produce/record-key.ts'

const text = (key: Uint8Array | null) => (key === null ? null : Buffer.from(key).toString())

test('--key-json takes text, numbers and booleans as the line writes them, and nothing else', () => {
  const line = Buffer.from(
    '{"a":{"b":"ä"},"n":12345678901234567890,"e":1.50,"t":true,"z":null,"l":["x",{"y":"deep"}],"s/~":"odd"}',
  )
  const at = (keyJson: string) => text(keyOfLine({ keyJson })(line))
  expect(at('/a/b')).toBe('ä')
  expect(at('/n')).toBe('12345678901234567890')
  expect(at('/e')).toBe('1.50')
  expect(at('/t')).toBe('true')
  expect(at('/l/1/y')).toBe('deep')
  expect(at('/s~1~0')).toBe('odd')
  expect([at('/z'), at('/a'), at('/l'), at('/absent'), at('/l/01'), at('/toString')]).toEqual(
    Array.from({ length: 6 }, () => null),
  )
})

test('--key-json gives no key to a line that is not JSON', () => {
  expect(keyOfLine({ keyJson: '/a' })(Buffer.from('not json'))).toBeNull()
  expect(keyOfLine({ keyJson: '/a' })(Buffer.from([0xff, 0xfe]))).toBeNull()
})

test('--key-regex takes group 1, or the whole match when there is no group', () => {
  const line = Buffer.from('Dec 10 sshd[24200]: Received blk_-1608999 é')
  const by = (keyRegex: string) => text(keyOfLine({ keyRegex })(line))
  expect(by('sshd\\[(\\d+)\\]')).toBe('24200')
  expect(by('blk_-?\\d+')).toBe('blk_-1608999')
  expect(by('. .$')).toBe('9 é')
  expect(by('absent')).toBeNull()
  expect(by('sshd|(never)')).toBeNull()
})

test('a line that is not UTF-8 is matched byte by byte, and its key keeps its bytes', () => {
  const line = Buffer.from([0x61, 0xff, 0xfe, 0x62])
  expect(keyOfLine({ keyRegex: 'a(..)b' })(line)).toEqual(Buffer.from([0xff, 0xfe]))
})

test('--key is the same for every line; without any way there is no key', () => {
  expect(text(keyOfLine({ key: 'k' })(Buffer.from('anything')))).toBe('k')
  expect(keyOfLine({})(Buffer.from('anything'))).toBeNull()
})

test.each([
  { key: 'a', keyJson: '/b' },
  { keyJson: 'user' },
  { keyJson: '/a~2' },
  { keyRegex: '(' },
])('%j is refused as wrong usage', (options) => {
  expect(() => keyOfLine(options)).toThrow(CommandFailure)
})
