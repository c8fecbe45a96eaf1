import { expect, test } from 'vitest'
import { AvroCodec } from '../src/avro-codec.ts'
import { parseSchema } from '../src/avro-schema.ts'
import { DatumFault } from '../src/datum-fault.ts'
import { Resolution } from '../src/resolution.ts'

function codecOf(schema: unknown): AvroCodec {
  return AvroCodec.of(parseSchema(JSON.stringify(schema)))
}

function faultOf(run: () => unknown): DatumFault {
  try {
    run()
  } catch (error) {
    if (error instanceof DatumFault) return error
    throw error
  }
  throw new Error('Nothing was wrong with it.')
}

const HUGE_COUNT = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
const ORDER = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'lines', type: { type: 'array', items: { type: 'map', values: ['null', 'string'] } } },
    { name: 'sum', type: 'double' },
  ],
}

test.each([
  [
    'an array of nothing with a count of 2^40',
    { type: 'array', items: 'null' },
    HUGE_COUNT,
    'far more values than bytes',
  ],
  [
    'an array with more items than bytes',
    { type: 'array', items: 'int' },
    [20, 2, 2],
    '10 items, and 2 bytes are left',
  ],
  [
    'a negative count and a size that lies',
    { type: 'array', items: 'int' },
    [1, 20, 2, 0],
    '10 bytes, and 2 are left',
  ],
  [
    'a negative count and a negative size',
    { type: 'array', items: 'int' },
    [1, 1, 2, 0],
    'A length of -1',
  ],
  [
    'a count of 2^63 - 1',
    { type: 'map', values: 'null' },
    [254, 255, 255, 255, 255, 255, 255, 255, 255, 1],
    'items, and',
  ],
  [
    'a length that lies',
    'string',
    [0x80, 0x80, 0x80, 0x01, 0x61],
    '1048576 bytes are wanted, and 1 are left',
  ],
  ['a negative length', 'bytes', [1], 'A length of -1'],
  ['a branch that is none', ['null', 'int'], [4], 'has 2 branches, and none is 2'],
  ['a negative branch', ['null', 'int'], [1], 'none is -1'],
  ['a symbol that is none', { type: 'enum', name: 'E', symbols: ['A'] }, [2], 'no symbol 1'],
  ['a string that is no UTF-8', 'string', [4, 0xc3, 0x28], 'not UTF-8'],
  ['a key that is no UTF-8', { type: 'map', values: 'int' }, [2, 2, 0xff, 2, 0], 'not UTF-8'],
  ['a boolean of 2', 'boolean', [2], 'not 2, at byte 0'],
  ['an int of 33 bits', 'int', [0xff, 0xff, 0xff, 0xff, 0x1f], 'more than 32 bits'],
  ['an int of six bytes', 'int', [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 'more than 32 bits'],
  [
    'a long of 65 bits',
    'long',
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 2],
    'more than 64 bits',
  ],
  ['a byte after the datum', 'int', [2, 2], 'There is 1 byte after the datum, at byte 1'],
  ['bytes after the datum', 'int', [2, 2, 2], 'There are 2 bytes after the datum, at byte 1'],
  ['nothing at all', 'int', [], 'cut short, at byte 0'],
  ['half of a double', 'double', [0, 0, 0, 0], '8 bytes are wanted, and 4 are left'],
])('%s is refused, and where', (_what, schema, bytes, problem) => {
  const codec = codecOf(schema)
  const datum = Uint8Array.from(bytes)
  expect(faultOf(() => codec.decodeToJson(datum)).message).toContain(problem)
  expect(faultOf(() => codec.decode(datum)).message).toContain(problem)
  expect(faultOf(() => codec.expectDatum(datum)).message).toContain(problem)
})

test('the path leads to what is wrong', () => {
  const codec = codecOf(ORDER)
  const bytes = codec.encode({ id: 1, lines: [{}, { 'a/b~': 'x' }], sum: 1 })
  bytes[bytes.indexOf('x'.charCodeAt(0))] = 0xff
  expect(faultOf(() => codec.decodeToJson(bytes)).path).toBe('/lines/1/a~1b~0')
  expect(faultOf(() => codec.expectDatum(bytes)).path).toBe('/lines/1/a~1b~0')
})

test('a datum that is cut short anywhere is refused', () => {
  const codec = codecOf(ORDER)
  const resolution = new Resolution(
    parseSchema(JSON.stringify(ORDER)),
    parseSchema(JSON.stringify({ ...ORDER, fields: ORDER.fields.slice(2) })),
  )
  const bytes = codec.encode({ id: 2 ** 50, lines: [{ a: 'x', b: null }], sum: 0.5 })
  for (let end = 0; end < bytes.length; end++) {
    const cut = bytes.subarray(0, end)
    expect(faultOf(() => codec.decodeToJson(cut)).message, `at ${end}`).toMatch(/byte \d+\.$/)
    expect(faultOf(() => resolution.decodeToJson(cut)).message).toMatch(/byte \d+\.$/)
  }
})

test('blocks with their sizes in bytes are read as others are', () => {
  const codec = codecOf({ type: 'array', items: 'int' })
  expect(codec.decodeToJson(Uint8Array.of(3, 4, 2, 4, 2, 6, 0))).toBe('[1,2,3]')
})

test('64 levels are read and written, 65 are not', () => {
  const codec = codecOf({ type: 'record', name: 'R', fields: [{ name: 'r', type: ['null', 'R'] }] })
  const nested = (levels: number): string => '{"r":'.repeat(levels) + 'null' + '}'.repeat(levels)
  const bytes = (levels: number): Uint8Array => {
    const ones = new Uint8Array(levels).fill(2)
    ones[levels - 1] = 0
    return ones
  }
  expect(codec.decodeToJson(codec.encodeJson(nested(64)))).toBe(nested(64))
  expect(codec.decodeToJson(bytes(64))).toBe(nested(64))
  for (const levels of [65, 1_000_000]) {
    expect(faultOf(() => codec.encodeJson(nested(levels))).message).toContain('deeper than 64')
    expect(faultOf(() => codec.decodeToJson(bytes(levels))).message).toContain('deeper than 64')
    expect(faultOf(() => codec.expectDatum(bytes(levels))).message).toContain('deeper than 64')
  }
})

test('JSON that nests without an end is refused, with long numbers in it too', () => {
  const codec = codecOf('long')
  const text = `${'['.repeat(2_000_000)}9007199254740993${']'.repeat(2_000_000)}`
  expect(faultOf(() => codec.encodeJson(text)).message).toContain('an integer of 64 bits')
})

test('records that take no bytes are not multiplied without an end', () => {
  let type: unknown = 'null'
  for (let level = 0; level < 40; level++) {
    const fields = ['a', 'b'].map((name, index) => ({
      name,
      type: index === 0 ? type : `R${level - 1}`,
    }))
    type = { type: 'record', name: `R${level}`, fields: level === 0 ? [] : fields }
  }
  const codec = codecOf(type)
  expect(faultOf(() => codec.decodeToJson(new Uint8Array())).message).toContain('far more values')
  expect(faultOf(() => codec.expectDatum(new Uint8Array())).message).toContain('far more values')
})

test('names are not multiplied without an end', () => {
  const name = 'n'.repeat(10_000)
  const codec = codecOf({
    type: 'array',
    items: { type: 'record', name: 'R', fields: [{ name, type: 'boolean' }] },
  })
  const bytes = new Uint8Array(100_004)
  bytes.set([0xc0, 0x9a, 0x0c])
  expect(faultOf(() => codec.decodeToJson(bytes)).message).toContain('far more values')
})

test('defaults are not multiplied without an end', () => {
  const fields = [{ name: 'a', type: 'string', default: 'x'.repeat(100_000) }]
  const codec = codecOf({ type: 'array', items: { type: 'record', name: 'R', fields } })
  const text = `[${'{},'.repeat(10_000)}{}]`
  expect(faultOf(() => codec.encodeJson(text)).message).toContain('more than 16777216 bytes')
  expect(codec.decodeToJson(codec.encodeJson('[]'))).toBe('[]')
})
