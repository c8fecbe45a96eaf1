import avsc from 'avsc'
import { expect, test } from 'vitest'
import { AvroCodec } from '../src/avro-codec.ts'
import { parseSchema } from '../src/avro-schema.ts'

test('the binary is that of avsc', () => {
  const schema = JSON.stringify({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'long', type: { type: 'array', items: 'long' } },
      { name: 'text', type: { type: 'map', values: 'string' } },
      { name: 'number', type: ['null', 'double'] },
    ],
  })
  const value = {
    long: [0, -1, 63, -64, 64, 2 ** 31, -(2 ** 31) - 1, 2 ** 52, -(2 ** 52)],
    text: { short: 'a', ascii: 'b'.repeat(63), long: 'c'.repeat(64), wide: 'ü'.repeat(40) },
    number: 0.1,
  }
  const bytes = AvroCodec.of(parseSchema(schema)).encode(value)
  const type = avsc.Type.forSchema(JSON.parse(schema))
  expect([...bytes]).toEqual([...type.toBuffer(value)])
  expect(AvroCodec.of(parseSchema(schema)).decode(type.toBuffer(value))).toEqual(value)
})
