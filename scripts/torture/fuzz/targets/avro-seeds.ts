/** Schemas that have everything between them, and data of them in JSON. */
const EVERYTHING = {
  type: 'record',
  name: 'com.example.Everything',
  fields: [
    { name: 'nothing', type: 'null' },
    { name: 'flag', type: 'boolean', default: true },
    { name: 'int', type: 'int', default: 1 },
    { name: 'long', type: 'long', default: 1 },
    { name: 'float', type: 'float', default: 0.1 },
    { name: 'double', type: 'double', default: 0.1 },
    { name: 'bytes', type: 'bytes', default: '\u00ff' },
    { name: 'text', type: 'string', default: 'x' },
    { name: 'list', type: { type: 'array', items: 'int' }, default: [1] },
    { name: 'nothings', type: { type: 'array', items: 'null' }, default: [] },
    { name: 'map', type: { type: 'map', values: 'long' }, default: {} },
    {
      name: 'one',
      type: { type: 'enum', name: 'One', symbols: ['A', 'B'], default: 'A' },
      default: 'B',
    },
    { name: 'four', type: { type: 'fixed', name: 'Four', size: 4 }, default: '\0\0\0\0' },
    { name: 'any', type: ['null', 'int', 'double', 'string', 'bytes', 'One'], default: null },
    { name: 'next', type: ['null', 'Everything'], default: null },
  ],
}

const TIMES = {
  type: 'record',
  name: 'Times',
  fields: [
    { name: 'date', type: { type: 'int', logicalType: 'date' }, default: 0 },
    { name: 'time', type: { type: 'int', logicalType: 'time-millis' }, default: 0 },
    { name: 'fine', type: { type: 'long', logicalType: 'time-micros' }, default: 0 },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, default: 0 },
    { name: 'micros', type: { type: 'long', logicalType: 'timestamp-micros' }, default: 0 },
    { name: 'nanos', type: { type: 'long', logicalType: 'timestamp-nanos' }, default: 0 },
    { name: 'local', type: { type: 'long', logicalType: 'local-timestamp-millis' }, default: 0 },
    {
      name: 'price',
      type: { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 },
      default: '\0',
    },
    {
      name: 'span',
      type: ['null', { type: 'fixed', name: 'Span', size: 12, logicalType: 'duration' }],
      default: null,
    },
    { name: 'id', type: ['null', { type: 'string', logicalType: 'uuid' }], default: null },
  ],
}

const TREE = {
  type: 'array',
  items: [
    { type: 'map', values: 'float' },
    {
      type: 'record',
      name: 'Leaf',
      fields: [{ name: 'a', type: ['Leaf', 'long'], aliases: ['b'] }],
    },
    { type: 'record', name: 'Empty', fields: [] },
    { type: 'error', name: 'Problem', fields: [{ name: 'a', type: 'double', order: 'ignore' }] },
  ],
}

export const AVRO_SCHEMAS: readonly string[] = [EVERYTHING, TIMES, TREE].map((schema) =>
  JSON.stringify(schema),
)

export const AVRO_DATA: readonly { readonly schema: number; readonly json: string }[] = [
  { schema: 0, json: '{"nothing":null}' },
  {
    schema: 0,
    json:
      '{"nothing":null,"long":9223372036854775807,"float":"NaN","double":-1e300,"bytes":"AAEC",' +
      '"text":"gr\u00fc\u00df \\"\\n","list":[1,-1,64],"nothings":[null,null],"map":{"a":1,"":2},' +
      '"one":"B","four":"AAECAw==","any":{"bytes":"AA=="},"next":{"nothing":null,"any":0.5}}',
  },
  { schema: 1, json: '{}' },
  {
    schema: 1,
    json:
      '{"date":"2024-02-29","time":"23:59:59.999","fine":"00:00:00.000001",' +
      '"at":"2026-11-22T10:00:00+02:00","micros":"9999-12-31T23:59:59.999999Z",' +
      '"nanos":"1969-12-31T23:59:59.999999999Z","local":"0000-01-01T00:00:00",' +
      '"price":"-123456789012345678.90","span":"P1Y2M3DT4H5M6.007S",' +
      '"id":"8f14e45f-ceea-467f-9575-6bd3bb1ed5b2"}',
  },
  {
    schema: 2,
    json: '[{"Empty":{}},{"x":0.1},{"Leaf":{"a":{"Leaf":{"a":1}}}},{"Problem":{"a":2}}]',
  },
]

export const AVRO_TOKENS: readonly Buffer[] = [
  '"type":"record"',
  '"fields":[]',
  '"default":null',
  '"logicalType":"decimal"',
  '"namespace":"a.b"',
  '"aliases":["b"]',
  '["null","string"]',
  '{"type":"array","items":"null"}',
  '{"com.example.One":"A"}',
  '"NaN"',
  '9007199254740993',
  '1e400',
  '"2026-11-22T10:00:00Z"',
  '\u0080\u0080\u0080\u0080\u0080\u0080\u0080\u0080\u0080\u0001',
  '\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001',
  '\u0002\u0002',
  '\u0001\u0000',
].map((token) => Buffer.from(token, 'latin1'))
