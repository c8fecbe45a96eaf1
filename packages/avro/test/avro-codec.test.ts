import { expect, test } from 'vitest'
import { AvroCodec } from '../src/avro-codec.ts'
import { parseSchema } from '../src/avro-schema.ts'
import { DatumFault } from '../src/datum-fault.ts'
import { Resolution } from '../src/resolution.ts'

const ORDER = parseSchema(
  JSON.stringify({
    type: 'record',
    name: 'com.example.Order',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'note', type: ['null', 'string'], default: null },
      { name: 'lines', type: { type: 'array', items: 'string' }, default: ['none'] },
    ],
  }),
)

test('plain JSON goes in and comes out', () => {
  const codec = AvroCodec.of(ORDER)
  const json = '{"id":9007199254740993,"at":"2026-11-22T10:00:00.120Z","note":"ü","lines":[]}'
  expect(codec.decodeToJson(codec.encodeJson(json))).toBe(json)
  expect(codec.decode(codec.encodeJson(json))).toEqual({
    id: 9007199254740993n,
    at: '2026-11-22T10:00:00.120Z',
    note: 'ü',
    lines: [],
  })
})

test('what is missing is the default', () => {
  const codec = AvroCodec.of(ORDER)
  expect(codec.decodeToJson(codec.encode({ id: 1, at: 5 }))).toBe(
    '{"id":1,"at":"1970-01-01T00:00:00.005Z","note":null,"lines":["none"]}',
  )
})

test('room is left for what stands before a datum, and it is not read', () => {
  const codec = AvroCodec.of(ORDER)
  const bytes = codec.encodeJson('{"id":1,"at":5}', 5)
  expect([...bytes.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0])
  expect(codec.decodeToJson(bytes, 5)).toBe(codec.decodeToJson(bytes.slice(5)))
  expect(() => codec.expectDatum(bytes, 5)).not.toThrow()
  expect(() => codec.expectDatum(bytes, 7)).toThrow(DatumFault)
})

test('a datum of one schema is read as one of another', () => {
  const reader = parseSchema(
    JSON.stringify({
      type: 'record',
      name: 'Order',
      fields: [
        { name: 'total', type: 'double', default: 0.5 },
        { name: 'number', type: 'double', aliases: ['id'] },
      ],
    }),
  )
  const resolution = new Resolution(ORDER, reader)
  const bytes = AvroCodec.of(ORDER).encode({ id: 7, at: 5 })
  expect(resolution.decodeToJson(bytes)).toBe('{"total":0.5,"number":7}')
  expect(resolution.decode(bytes)).toEqual({ total: 0.5, number: 7 })
})
