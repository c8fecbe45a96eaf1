import type { SeededRandom } from '@millrace/testing/seeded-random'
import type { Schema } from './open-api-operations.ts'

/** A value of the schema, or one that nobody should send. */
export function valueOf(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  random: SeededRandom,
  levels = 6,
): unknown {
  if (random.chance(8) || levels === 0) return random.pick(HOSTILE)
  const named = schema.$ref?.split('/').at(-1)
  if (named !== undefined) return valueOf(schemas[named] ?? {}, schemas, random, levels - 1)
  if (schema.const !== undefined) return schema.const
  const choices = schema.enum ?? schema.examples
  if (choices !== undefined && choices.length > 0) return choices[random.below(choices.length)]
  const schemaChoices = schema.anyOf ?? schema.oneOf
  if (schemaChoices !== undefined) {
    const chosen = schemaChoices[random.below(schemaChoices.length)]
    return valueOf(chosen ?? {}, schemas, random, levels - 1)
  }
  switch (schema.type) {
    case 'object':
      return objectOf(schema, schemas, random, levels)
    case 'array': {
      const length = random.pick([0, 1, 1, 2, 5, 50])
      return Array.from({ length }, () => valueOf(schema.items ?? {}, schemas, random, levels - 1))
    }
    case 'integer':
    case 'number':
      return random.pick([0, 1, 2, schema.minimum ?? -1, schema.maximum ?? 3, 2 ** 53, -1, 1.5])
    case 'boolean':
      return random.chance(50)
    default:
      return random.pick(['events', 'events', 'group-1', 'a', '0', 'earliest'])
  }
}

function objectOf(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  random: SeededRandom,
  levels: number,
): object {
  const made: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (random.chance(55)) made[name] = valueOf(property, schemas, random, levels - 1)
  }
  if (random.chance(4)) made[String(random.pick(HOSTILE))] = random.pick(HOSTILE)
  return made
}

export const HOSTILE: readonly [unknown, ...unknown[]] = [
  null,
  '',
  '..',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '__offsets',
  'a\u0000b',
  '\ud800',
  'ü'.repeat(300),
  'x'.repeat(5_000),
  '%',
  '%2f..%2f',
  '1e400',
  '-0',
  'NaN',
  '9'.repeat(400),
  '2024-02-30T25:61:61Z',
  Number.MAX_SAFE_INTEGER,
  -Number.MAX_SAFE_INTEGER,
  1e308,
  0.1,
  [],
  {},
  [[[[[[[[]]]]]]]],
  true,
  { $ref: '#' },
]
