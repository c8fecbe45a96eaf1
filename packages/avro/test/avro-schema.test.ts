import { AvroCodec } from '../src/avro-codec.ts'
import { expect, test } from 'vitest'
import { parseSchema } from '../src/avro-schema.ts'
import { SchemaFault } from '../src/schema-fault.ts'

test('a schema is kept as its author wrote it, but for white space', () => {
  const { text } = parseSchema('{ "type": "array",\n "items": "long", "doc": "a \\"b\\" [c" }')
  expect(text).toBe('{"type":"array","items":"long","doc":"a \\"b\\" [c"}')
})

test('a schema may name another', () => {
  const id = { name: 'a.Id', text: '{"type":"fixed","name":"a.Id","size":2}' }
  const schema = parseSchema('{"type":"array","items":"a.Id"}', [id])
  expect([...AvroCodec.of(schema).encodeJson('["YWI="]')]).toEqual([...Buffer.from('\x02ab\0')])
})

test.each(['', '{', '{"type":"nothing"}', '{"type":"record","name":"a b","fields":[]}'])(
  '%s is refused',
  (text) => {
    expect(() => parseSchema(text)).toThrow(SchemaFault)
  },
)

test('a chain of records, each within the one before, has an end', () => {
  const chain = (length: number) =>
    Array.from({ length }, (_, index) => {
      const type = index === 0 ? 'null' : ['null', `R${index - 1}`]
      const schema = { type: 'record', name: `R${index}`, fields: [{ name: 'next', type }] }
      return { name: `R${index}`, text: JSON.stringify(schema) }
    })
  expect(() => parseSchema('{"type":"array","items":"R255"}', chain(256))).not.toThrow()
  expect(() => parseSchema('{"type":"array","items":"R255"}', chain(257))).toThrow(
    /reached through 256 records/,
  )
})
