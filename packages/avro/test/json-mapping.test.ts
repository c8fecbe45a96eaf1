import { expect, test } from 'vitest'
import { AvroCodec } from '../src/avro-codec.ts'
import { parseSchema } from '../src/avro-schema.ts'
import { DatumFault } from '../src/datum-fault.ts'

function codecOf(schema: unknown): AvroCodec {
  return AvroCodec.of(parseSchema(JSON.stringify(schema)))
}

function logical(type: string, logicalType: string, more: object = {}): object {
  return { type, logicalType, ...more }
}

const DECIMAL = logical('bytes', 'decimal', { precision: 6, scale: 2 })
const DURATION = logical('fixed', 'duration', { name: 'D', size: 12 })
const ENUM = { type: 'enum', name: 'x.E', symbols: ['AAAA', 'NaN'] }
const MAP = { type: 'map', values: 'int' }
const CARD = { type: 'record', name: 'x.Card', fields: [{ name: 'a', type: 'int' }] }
const CASH = {
  type: 'record',
  name: 'Cash',
  fields: [
    { name: 'a', type: 'int' },
    { name: 'b', type: 'int', default: 1 },
  ],
}

test.each([
  ['int', '-7'],
  ['int', '2147483647'],
  ['long', '9223372036854775807'],
  ['long', '-9223372036854775808'],
  ['long', '9007199254740992'],
  ['float', '0.1'],
  ['float', '3.4028235e+38'],
  ['float', '1e-45'],
  ['float', '16777216'],
  ['float', '"-Infinity"'],
  ['double', '-0'],
  ['double', '0.30000000000000004'],
  ['double', '9.007199254740992e+15'],
  ['double', '"NaN"'],
  ['string', '"Zürich \\"\\n\\u0000𝄞"'],
  ['bytes', '""'],
  ['bytes', '"AAEC"'],
  [logical('int', 'date'), '"2026-11-22"'],
  [logical('int', 'date'), '"2000-02-29"'],
  [logical('int', 'date'), '"0000-01-01"'],
  [logical('int', 'date'), '2932897'],
  [logical('int', 'time-millis'), '"10:00:00.123"'],
  [logical('int', 'time-millis'), '86400000'],
  [logical('long', 'time-micros'), '"23:59:59.999999"'],
  [logical('long', 'time-micros'), '"00:00:00"'],
  [logical('long', 'timestamp-millis'), '"2026-11-22T10:00:00.120Z"'],
  [logical('long', 'timestamp-millis'), '"1969-12-31T23:59:59.999Z"'],
  [logical('long', 'timestamp-millis'), '"9999-12-31T23:59:59.999Z"'],
  [logical('long', 'timestamp-millis'), '253402300800000'],
  [logical('long', 'timestamp-micros'), '"9999-12-31T23:59:59.999999Z"'],
  [logical('long', 'timestamp-micros'), '"0000-01-01T00:00:00.001Z"'],
  [logical('long', 'timestamp-nanos'), '"2026-11-22T10:00:00.123456789Z"'],
  [logical('long', 'timestamp-nanos'), '"1677-09-21T00:12:43.145224192Z"'],
  [logical('long', 'local-timestamp-millis'), '"2026-11-22T10:00:00"'],
  [DECIMAL, '"12.50"'],
  [DECIMAL, '"-0.01"'],
  [DECIMAL, '"9999.99"'],
  [logical('string', 'uuid'), '"8f14e45f-ceea-467f-9575-6bd3bb1ed5b2"'],
  [logical('fixed', 'uuid', { name: 'U', size: 16 }), '"8f14e45f-ceea-467f-9575-6bd3bb1ed5b2"'],
  [DURATION, '"P1M2DT3.5S"'],
  [DURATION, '"PT0S"'],
  [DURATION, '"P3D"'],
  [['null', 'string'], '"a"'],
  [['int', 'double'], '0.5'],
  [['int', 'double'], '{"double":5}'],
  [['int', 'double'], '-0'],
  [['int', 'long'], '2147483648'],
  [['int', 'long'], '{"long":5}'],
  [['float', 'double'], '0.5'],
  [['float', 'double'], '0.1'],
  [['float', 'double'], '{"float":0.1}'],
  [['float', 'double'], '"NaN"'],
  [['float', 'double'], '{"double":"NaN"}'],
  [['long', 'double'], '9007199254740993'],
  [['long', 'double'], '9.007199254740992e+15'],
  [['string', 'bytes'], '"AAEC"'],
  [['string', 'bytes'], '{"bytes":"AAEC"}'],
  [['string', logical('long', 'timestamp-millis')], '{"long":"2026-11-22T10:00:00Z"}'],
  [[ENUM, 'bytes'], '"NaN"'],
  [[ENUM, 'bytes'], '"AAEC"'],
  [[ENUM, 'bytes'], '{"x.E":"AAAA"}'],
  [[ENUM, 'double'], '{"double":"NaN"}'],
  [[DECIMAL, 'long'], '"1.50"'],
  [['null', MAP], '{"a":1}'],
  [['null', MAP], '{"map":{"map":1}}'],
  [['null', MAP], '{"map":{"null":1}}'],
  [[CARD, CASH], '{"x.Card":{"a":1}}'],
  [[CARD, CASH], '{"a":1,"b":2}'],
  [[CARD, MAP], '{"b":1}'],
  [[CARD, MAP], '{"map":{"a":1}}'],
])('%j: %s is written as it is read', (schema, json) => {
  const codec = codecOf(schema)
  expect(codec.decodeToJson(codec.encodeJson(json))).toBe(json)
  expect(codec.encode(codec.decode(codec.encodeJson(json)))).toEqual(codec.encodeJson(json))
})

test.each([
  ['int', '-7e0', '-7'],
  ['float', '16777217', '16777216'],
  ['double', '12345678901234567890', '1.2345678901234567e+19'],
  [
    logical('long', 'timestamp-millis'),
    '"2026-11-22T12:00:00.1200+02:00"',
    '"2026-11-22T10:00:00.120Z"',
  ],
  [logical('long', 'timestamp-millis'), '5', '"1970-01-01T00:00:00.005Z"'],
  [logical('int', 'date'), '0', '"1970-01-01"'],
  [DECIMAL, '12.5', '"12.50"'],
  [DECIMAL, '"12.500"', '"12.50"'],
  [DECIMAL, '"-0"', '"0.00"'],
  [
    logical('bytes', 'decimal', { precision: 20 }),
    '12345678901234567890',
    '"12345678901234567890"',
  ],
  [DURATION, '"P1Y2M1W1DT1H1M1.007S"', '"P14M8DT3661.007S"'],
  [['null', 'string'], '{"string":"a"}', '"a"'],
  [['null', 'string'], '{"null":null}', 'null'],
  [[DECIMAL, 'long'], '1.5', '"1.50"'],
  [[CARD, CASH], '{"x.Card":{"a":1}}', '{"x.Card":{"a":1}}'],
  [['null', CASH], '{"a":1}', '{"a":1,"b":1}'],
])('%j: %s is read as %s', (schema, json, canonical) => {
  const codec = codecOf(schema)
  expect(codec.decodeToJson(codec.encodeJson(json))).toBe(canonical)
})

test.each([
  ['int', '2147483648', ''],
  ['int', '"1"', ''],
  ['long', '1e18', ''],
  ['long', '9223372036854775808', ''],
  ['float', '1e39', ''],
  ['float', '1e400', ''],
  ['double', '1e400', ''],
  ['double', '-1e309', ''],
  [['null', 'double'], '1e400', ''],
  ['double', '"nan"', ''],
  ['string', '"\\ud800"', ''],
  ['bytes', '"AAE"', ''],
  ['bytes', '"AAF="', ''],
  ['bytes', '"A=AA"', ''],
  [logical('int', 'date'), '"2026-02-29"', ''],
  [logical('int', 'time-millis'), '"10:00:00.1234"', ''],
  [logical('int', 'time-millis'), '"24:00:00"', ''],
  [logical('long', 'timestamp-millis'), '"2026-11-22T10:00:00"', ''],
  [logical('long', 'timestamp-millis'), '"2026-11-22 10:00:00Z"', ''],
  [logical('long', 'timestamp-nanos'), '"2263-01-01T00:00:00Z"', ''],
  [logical('long', 'local-timestamp-millis'), '"2026-11-22T10:00:00Z"', ''],
  [DECIMAL, '"12.505"', ''],
  [DECIMAL, '"10000.00"', ''],
  [DECIMAL, '0.30000000000000004', ''],
  [logical('string', 'uuid'), '"8f14e45f"', ''],
  [DURATION, '"P"', ''],
  [DURATION, '"P1DT"', ''],
  [DURATION, '"P4294967296D"', ''],
  [['null', 'string'], '5', ''],
  [['null', 'string'], '{"string":5}', '/string'],
  [[ENUM, 'bytes'], '"AAAA"', ''],
  [[CARD, CASH], '{"a":1}', ''],
  [[CARD, MAP], '{"a":1}', ''],
  [['null', CASH], '{"a":1,"b":"x"}', '/b'],
  [CASH, '{"a":1,"c":1}', '/c'],
  [CASH, '{"b":1}', '/a'],
  [CASH, '{"b":1,"constructor":1}', '/a'],
  [{ type: 'array', items: MAP }, '[{},{"x/y":"z"}]', '/1/x~1y'],
  ['int', '{', ''],
])('%j: %s is refused at %s', (schema, json, path) => {
  const codec = codecOf(schema)
  for (const sent of [json, Buffer.from(json)]) {
    let fault: unknown
    try {
      codec.encodeJson(sent)
    } catch (error) {
      fault = error
    }
    expect(fault).toBeInstanceOf(DatumFault)
    expect((fault as DatumFault).path).toBe(path)
  }
})

test('a number too large for its text is not infinite, and an infinite value is', () => {
  const codec = codecOf('double')
  expect(() => codec.encodeJson('1e400')).toThrow('not a number beyond what a double holds')
  expect(() => codecOf('long').encodeJson('1e400')).toThrow('beyond what a double holds')
  expect(() => codecOf({ type: 'map', values: 'int' }).encodeJson('1e400')).toThrow('an object')
  expect(codec.decodeToJson(codec.encode(Infinity))).toBe('"Infinity"')
})
