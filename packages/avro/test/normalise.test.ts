import { expect, test } from 'vitest'
import { normalise } from '../src/normalise.ts'
import { SchemaFault } from '../src/schema-fault.ts'

test.each([
  ['"string"', '"string"'],
  ['{"type": "string"}', '"string"'],
  ['{"type": {"type": "string"}}', '"string"'],
  ['{"logicalType":"date","type":"int"}', '{"type":"int","logicalType":"date"}'],
  [
    '{"scale":0,"precision":4,"type":"bytes","logicalType":"decimal"}',
    '{"type":"bytes","logicalType":"decimal","precision":4}',
  ],
  ['[ "null", {"type":"long"} ]', '["null","long"]'],
  ['{"items":"int","type":"array"}', '{"type":"array","items":"int"}'],
  [
    '{"type":"fixed","size":4,"namespace":"a","name":"F","aliases":["c.G","G","G"]}',
    '{"name":"a.F","type":"fixed","size":4,"aliases":["a.G","c.G"]}',
  ],
  [
    '{"default":"A","symbols":["B","A"],"name":"a.E","type":"enum","doc":"","aliases":[]}',
    '{"name":"a.E","type":"enum","symbols":["B","A"],"default":"A"}',
  ],
  [
    '{"type":"record","name":"R","namespace":"a","doc":"d","z":{"y":1,"x":2},"fields":[' +
      '{"default":null,"name":"next","type":["null","R"],"order":"ascending"},' +
      '{"order":"ignore","doc":"e","aliases":["y","x"],"type":{"type":"map","values":"int"},"default":{"b":1,"a":2},"name":"m"}]}',
    '{"name":"a.R","type":"record","fields":[{"name":"next","type":["null","a.R"],"default":null},' +
      '{"name":"m","type":{"type":"map","values":"int"},"order":"ignore","doc":"e","aliases":["x","y"],"default":{"a":2,"b":1}}],' +
      '"doc":"d","z":{"x":2,"y":1}}',
  ],
])('%s becomes %s', (text, expected) => {
  expect(normalise(text)).toBe(expected)
  expect(normalise(expected)).toBe(expected)
})

test('a type of no namespace inside of one keeps to itself', () => {
  const text =
    '{"type":"record","name":"a.R","fields":[{"name":"x","type":{"type":"record","name":"X","namespace":"",' +
    '"fields":[{"name":"next","type":["null","X"]}]}}]}'
  const expected =
    '{"name":"a.R","type":"record","fields":[{"name":"x","type":{"name":"X","namespace":"","type":"record",' +
    '"fields":[{"name":"next","type":["null","X"]}]}}]}'
  expect(normalise(text)).toBe(expected)
  expect(normalise(expected)).toBe(expected)
})

test('a name is that of the namespace around it, else of none', () => {
  const text = (name: string): string =>
    `{"name":"a.R","type":"record","fields":[{"name":"x","type":"${name}"}]}`
  const defining = (name: string) => ({ name, text: `{"type":"fixed","name":"${name}","size":1}` })
  expect(normalise(text('X'), [defining('X'), defining('a.X')])).toBe(text('a.X'))
  expect(normalise(text('X'), [defining('X')])).toBe(text('X'))
  expect(normalise(text('X'))).toBe(text('X'))
})

test('no digit of a default is lost', () => {
  const text =
    '{"name":"R","type":"record","fields":[{"name":"l","type":"long","default":9223372036854775807}]}'
  expect(normalise(text)).toBe(text)
})

test('what nests too deep has no normal form', () => {
  expect(() => normalise('['.repeat(100_000))).toThrow(SchemaFault)
})

test('what is not JSON has no normal form', () => {
  expect(() => normalise('{')).toThrow(SchemaFault)
})
