import { expect, test } from 'vitest'
import { CommandFailure } from '../src/command-failure.ts'
import { keyOfLine, type KeyOptions } from '../src/produce/record-key.ts'

/** The key of a line, as text; its form where there is a schema for it. */
function keyOf(options: KeyOptions, line: Uint8Array, hasKeySchema = false): string | null {
  const { key, keyForm } = keyOfLine(options, hasKeySchema)(line, 7)
  if (key === null) return null
  return `${hasKeySchema ? `${keyForm} ` : ''}${Buffer.from(key).toString()}`
}

test('--key-json takes text, numbers and booleans as the line writes them', () => {
  const line = Buffer.from(
    '{"a":{"b":"ä"},"n":12345678901234567890,"e":1.50,"t":true,"z":null,"l":["x",{"y":"deep"}],"s/~":"odd"}',
  )
  const at = (keyJson: string) => keyOf({ keyJson }, line)
  expect(at('/a/b')).toBe('ä')
  expect(at('/n')).toBe('12345678901234567890')
  expect(at('/e')).toBe('1.50')
  expect(at('/t')).toBe('true')
  expect(at('/l/1/y')).toBe('deep')
  expect(at('/s~1~0')).toBe('odd')
  expect([at('/z'), at('/absent'), at('/l/01'), at('/toString')]).toEqual([null, null, null, null])
  expect(() => at('/a')).toThrow('Line 7 has an object at /a, which is no key')
  expect(() => at('/l')).toThrow('Line 7 has a list at /l, which is no key')
})

test('--key-json takes any JSON where keys have a schema, as the line writes it', () => {
  const line = Buffer.from(
    '{"k": {"id": 12345678901234567890, "l": [1.50, "x"]}, "s": "5", "z": null}',
  )
  const at = (keyJson: string) => keyOf({ keyJson }, line, true)
  expect(at('/k')).toBe('json {"id":12345678901234567890,"l":[1.50,"x"]}')
  expect(at('/k/id')).toBe('json 12345678901234567890')
  expect(at('/s')).toBe('text 5')
  expect([at('/z'), at('/absent')]).toEqual([null, null])
})

test('--key-json gives no key to a line that is not JSON', () => {
  expect(keyOf({ keyJson: '/a' }, Buffer.from('not json'))).toBeNull()
  expect(keyOf({ keyJson: '/a' }, Buffer.from([0xff, 0xfe]))).toBeNull()
})

test('--key-regex takes group 1, or the whole match when there is no group', () => {
  const line = Buffer.from('Dec 10 sshd[24200]: Received blk_-1608999 é')
  const by = (keyRegex: string) => keyOf({ keyRegex }, line)
  expect(by('sshd\\[(\\d+)\\]')).toBe('24200')
  expect(by('blk_-?\\d+')).toBe('blk_-1608999')
  expect(by('. .$')).toBe('9 é')
  expect(by('absent')).toBeNull()
  expect(by('sshd|(never)')).toBeNull()
})

test('a line that is not UTF-8 is matched byte by byte, and its key keeps its bytes', () => {
  const line = Buffer.from([0x61, 0xff, 0xfe, 0x62])
  expect(keyOfLine({ keyRegex: 'a(..)b' }, false)(line, 1).key).toEqual(Buffer.from([0xff, 0xfe]))
})

test('--key is the same for every line; without any way there is no key', () => {
  expect(keyOf({ key: 'k' }, Buffer.from('anything'))).toBe('k')
  expect(keyOf({}, Buffer.from('anything'))).toBeNull()
})

test.each([
  { key: 'a', keyJson: '/b' },
  { keyJson: 'user' },
  { keyJson: '/a~2' },
  { keyRegex: '(' },
])('%j is refused as wrong usage', (options) => {
  expect(() => keyOfLine(options, false)).toThrow(CommandFailure)
})
