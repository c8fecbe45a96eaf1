import { AvroCodec } from '@millrace/avro/avro-codec'
import { type AvroSchema, parseSchema } from '@millrace/avro/avro-schema'
import { DatumFault } from '@millrace/avro/datum-fault'
import { Resolution } from '@millrace/avro/resolution'
import { SchemaFault } from '@millrace/avro/schema-fault'
import type { FuzzTarget } from '../fuzz-target.ts'
import { AVRO_DATA, AVRO_SCHEMAS, AVRO_TOKENS } from './avro-seeds.ts'

/**
 * The first byte says what the others are: a datum of one of our schemas, JSON that is to become one, or a schema
 * itself, and data of it after a 0.
 */
export const avro: FuzzTarget = {
  name: 'avro',
  about: 'the readers of Avro schemas, of their data, and of JSON that is to become such data',
  modules: [
    'avro-codec.ts',
    'avro-schema.ts',
    'datum-reader.ts',
    'datum-writer.ts',
    'default-datum.ts',
    'exact-json.ts',
    'json-reading.ts',
    'promotion.ts',
    'resolved-reading.ts',
    'resolved-record.ts',
    'scalar/binary.ts',
    'scalar/calendar.ts',
    'scalar/decimal.ts',
    'scalar/duration.ts',
    'scalar/floating.ts',
    'scalar/temporal.ts',
    'schema-name.ts',
    'schema-parser.ts',
    'schema-soundness.ts',
    'skipping.ts',
    'union-choice.ts',
    'value-writing.ts',
  ],
  tokens: AVRO_TOKENS,
  // What a datum may ask for without paying in bytes is held to a limit that is that of no small datum.
  msMax: 400,
  seeds: () => [
    ...AVRO_DATA.flatMap(({ json, schema }) => {
      const codec = codecOf(schema)
      return [
        Buffer.concat([Buffer.of(schema), codec.encodeJson(json)]),
        Buffer.concat([Buffer.of(JSON_FROM + schema), Buffer.from(json)]),
      ]
    }),
    ...AVRO_SCHEMAS.map((text) => Buffer.from(`\u00ff${text}\0\0\0`, 'latin1')),
  ],
  run(input) {
    const [kind = 0] = input
    const rest = input.subarray(1)
    if (kind >= SCHEMAS_FROM) runSchema(rest)
    else if (kind >= JSON_FROM) expectJsonReversed(codecOf(kind - JSON_FROM), rest)
    else expectDatumReversed(schemaOf(kind), rest)
  },
}

const JSON_FROM = 100
const SCHEMAS_FROM = 200

const schemas = AVRO_SCHEMAS.map((text) => parseSchema(text))

function schemaOf(index: number): AvroSchema {
  const schema = schemas[index % schemas.length]
  if (schema === undefined) throw new Error('There are no schemas.')
  return schema
}

function codecOf(index: number): AvroCodec {
  return AvroCodec.of(schemaOf(index))
}

function runSchema(input: Buffer): void {
  const end = input.indexOf(0)
  const text = input.toString('utf8', 0, end === -1 ? input.length : end)
  const schema = orRefused(() => parseSchema(text))
  if (schema === undefined) return
  if (parseSchema(schema.text).text !== schema.text) throw new Error('Its text is another one.')
  expectDatumReversed(schema, end === -1 ? Buffer.alloc(0) : input.subarray(end + 1))
}

/** What is read is read alike by all, and its JSON is a datum with the same JSON. */
function expectDatumReversed(schema: AvroSchema, bytes: Buffer): void {
  const codec = AvroCodec.of(schema)
  const json = orRefused(() => codec.decodeToJson(bytes))
  const resolved = orRefused(() => new Resolution(schema, schema).decodeToJson(bytes))
  if (json !== resolved) throw new Error('Resolved to its own schema it is another datum.')
  const isDatum = orRefused(() => codec.expectDatum(bytes) ?? true) === true
  if (isDatum !== (json !== undefined)) throw new Error('Checked and read it is not the same.')
  if (json !== undefined) expectJsonReversed(codec, Buffer.from(json))
}

function expectJsonReversed(codec: AvroCodec, json: Buffer): void {
  const bytes = orRefused(() => codec.encodeJson(json))
  if (bytes === undefined) return
  const text = codec.decodeToJson(bytes)
  if (Buffer.compare(codec.encodeJson(text), bytes) !== 0) throw new Error(`Not read back: ${text}`)
}

function orRefused<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof DatumFault || error instanceof SchemaFault) return undefined
    throw error
  }
}
