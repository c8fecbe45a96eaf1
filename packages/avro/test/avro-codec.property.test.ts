import { arbitraryAvroSchema, arbitraryDatum } from '@millrace/testing/arbitrary-avro'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AvroCodec } from '../src/avro-codec.ts'
import { DatumFault } from '../src/datum-fault.ts'
import { Resolution } from '../src/resolution.ts'

const RUNS = { numRuns: 500 }

test('whatever a datum is, its JSON is one line, and read back it is the same bytes', () => {
  fc.assert(
    fc.property(arbitraryDatum(), ({ bytes, schema }) => {
      const codec = AvroCodec.of(schema)
      const json = codec.decodeToJson(bytes)
      expect(json).not.toMatch(/[\r\n]/)
      expect(hexOf(codec.encodeJson(json)), json).toBe(hexOf(bytes))
      expect(hexOf(codec.encodeJson(Buffer.from(json))), json).toBe(hexOf(bytes))
    }),
    RUNS,
  )
})

test('whatever a datum is, its value is written as the same bytes', () => {
  fc.assert(
    fc.property(arbitraryDatum(), ({ bytes, schema }) => {
      const codec = AvroCodec.of(schema)
      expect(hexOf(codec.encode(codec.decode(bytes)))).toBe(hexOf(bytes))
      expect(() => codec.expectDatum(bytes)).not.toThrow()
    }),
    RUNS,
  )
})

test('read as what it was written with, a datum is what it is', () => {
  fc.assert(
    fc.property(arbitraryDatum(), ({ bytes, schema }) => {
      const resolution = new Resolution(schema, schema)
      expect(resolution.decodeToJson(bytes)).toBe(AvroCodec.of(schema).decodeToJson(bytes))
    }),
    RUNS,
  )
})

test('any JSON is a datum, and then its own JSON is the same one, or a DatumFault', () => {
  const json = fc.json({ stringUnit: 'binary', maxDepth: 8 })
  fc.assert(
    fc.property(arbitraryAvroSchema(), json, (schema, text) => {
      const codec = AvroCodec.of(schema)
      const bytes = orFault(() => codec.encodeJson(text))
      if (bytes === undefined) return
      expect(hexOf(codec.encodeJson(codec.decodeToJson(bytes)))).toBe(hexOf(bytes))
    }),
    RUNS,
  )
})

test('any bytes are a datum or a DatumFault, however they are read', () => {
  fc.assert(
    fc.property(arbitraryAvroSchema(), fc.uint8Array({ maxLength: 60 }), (schema, bytes) => {
      expectSameVerdict(AvroCodec.of(schema), new Resolution(schema, schema), bytes)
    }),
    RUNS,
  )
})

test('a datum with a byte changed, added or left out is a datum or a DatumFault', () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), kept: fc.nat(2), added: fc.nat(1) })
  fc.assert(
    fc.property(arbitraryDatum(), fc.array(change, { minLength: 1 }), (datum, changes) => {
      const bytes = [...datum.bytes]
      for (const { added, at, byte, kept } of changes) {
        bytes.splice(at % (bytes.length + 1), kept, ...(added === 1 ? [byte] : []))
      }
      const { schema } = datum
      expectSameVerdict(
        AvroCodec.of(schema),
        new Resolution(schema, schema),
        Uint8Array.from(bytes),
      )
    }),
    RUNS,
  )
})

function expectSameVerdict(codec: AvroCodec, resolution: Resolution, bytes: Uint8Array): void {
  const json = orFault(() => codec.decodeToJson(bytes))
  expect(orFault(() => resolution.decodeToJson(bytes))).toBe(json)
  expect(orFault(() => codec.expectDatum(bytes) ?? true)).toBe(
    json === undefined ? undefined : true,
  )
  if (json !== undefined) expect(() => void JSON.parse(json)).not.toThrow()
}

function orFault<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof DatumFault)) throw error
    return undefined
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
