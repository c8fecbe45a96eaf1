import { Type } from 'avsc'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalise } from '../src/normalise.ts'
import { type Draw, randomSchema, type SchemaDefinition, textOf } from './random-schema.ts'
import { inNamespace, restate } from './restated-schema.ts'
import { evolve } from './schema-evolution.ts'

test('the normal form of a normal form is itself', () => {
  forSchemas((schema) => {
    const normal = normalise(textOf(schema))
    expect(normalise(normal)).toBe(normal)
  })
})

test('the normal form says what the text says', () => {
  forSchemas((schema) => {
    const text = textOf(schema)
    fc.pre(isSchema(text))
    const normal = normalise(text)
    expect(meaningOf(normal)).toEqual(meaningOf(text))
  })
})

test('texts that say the same have one normal form', () => {
  forSchemas((schema, draw) => {
    const other = JSON.stringify(restate(draw, schema, ''), null, draw(2))
    expect(normalise(other), other).toBe(normalise(textOf(schema)))
  })
})

function forSchemas(check: (schema: SchemaDefinition, draw: Draw) => void): void {
  fc.assert(
    fc.property(fc.gen(), (gen) => {
      const draw: Draw = (count) => gen(fc.nat, { max: count - 1 })
      check(inNamespace(evolve(draw, randomSchema(draw)), 'a.b'), draw)
    }),
    { numRuns: 300 },
  )
}

/** Names in full, aliases, defaults and docs; of what it knows of, avsc leaves out the defaults of enums. */
function meaningOf(text: string): unknown {
  return avscType(text).schema({ exportAttrs: true })
}

function isSchema(text: string): boolean {
  try {
    avscType(text)
    return true
  } catch {
    return false
  }
}

function avscType(text: string): Type {
  return Type.forSchema(JSON.parse(text) as Parameters<typeof Type.forSchema>[0])
}
