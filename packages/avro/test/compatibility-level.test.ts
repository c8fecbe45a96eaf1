import { expect, test } from 'vitest'
import { parseSchema } from '../src/avro-schema.ts'
import {
  checkAgainst,
  COMPATIBILITY_LEVELS,
  type CompatibilityLevel,
  isCompatibilityLevel,
  verboseMessages,
} from '../src/compatibility.ts'
import type { Json } from '../src/schema-json.ts'

/** Versions of one subject as the documentation of this API goes through them, by what each has. */
const VERSIONS = {
  f1: record({ name: 'f1', type: 'string' }),
  f1AndDefaulted: record(
    { name: 'f1', type: 'string' },
    { name: 'f2', type: 'string', default: 'foo' },
  ),
  f1AndF2: record({ name: 'f1', type: 'string' }, { name: 'f2', type: 'string' }),
  renamed: record({ name: 'f1_new', type: 'string', aliases: ['f1'] }),
  nullable: record({ name: 'f1', type: ['null', 'string'] }),
  nullableOrInt: record({ name: 'f1', type: ['null', 'string', 'int'] }),
  threeDefaulted: record(
    { name: 'f1', type: 'string' },
    { name: 'f2', type: 'string', default: 'foo' },
    { name: 'f3', type: 'string', default: 'bar' },
  ),
}

type Version = keyof typeof VERSIONS

function record(...fields: Json[]): ReturnType<typeof parseSchema> {
  return parseSchema(JSON.stringify({ type: 'record', name: 'myrecord', fields }))
}

/** The version at fault; undefined: none. `earlier`: oldest first, as a subject grows. */
function versionAtFault(
  level: CompatibilityLevel,
  next: Version,
  earlier: readonly Version[],
): number | undefined {
  const versions = earlier.map((name, at) => ({ version: at + 1, schema: VERSIONS[name] }))
  return checkAgainst(level, VERSIONS[next], versions.toReversed())?.version
}

test.each<[CompatibilityLevel, Version, readonly Version[], number | undefined]>([
  ['NONE', 'f1AndF2', ['f1', 'nullable'], undefined],

  ['BACKWARD', 'f1AndDefaulted', ['f1'], undefined],
  ['BACKWARD', 'f1AndF2', ['f1'], 1],
  ['BACKWARD', 'renamed', ['f1'], undefined],
  ['BACKWARD', 'nullable', ['f1'], undefined],
  ['BACKWARD', 'f1', ['nullable'], 1],
  ['BACKWARD', 'nullableOrInt', ['nullable'], undefined],
  ['BACKWARD', 'nullable', ['nullableOrInt'], 1],
  ['BACKWARD', 'f1AndF2', ['f1', 'f1AndDefaulted'], undefined],
  ['BACKWARD', 'f1', [], undefined],

  ['BACKWARD_TRANSITIVE', 'threeDefaulted', ['f1', 'f1AndDefaulted'], undefined],
  ['BACKWARD_TRANSITIVE', 'f1AndF2', ['f1AndDefaulted'], undefined],
  ['BACKWARD_TRANSITIVE', 'f1AndF2', ['f1', 'f1AndDefaulted'], 1],

  ['FORWARD', 'f1AndDefaulted', ['f1'], undefined],
  ['FORWARD', 'f1AndF2', ['f1'], undefined],
  ['FORWARD', 'f1AndF2', ['f1AndDefaulted'], undefined],
  ['FORWARD', 'f1AndDefaulted', ['f1AndF2'], undefined],
  ['FORWARD', 'f1', ['f1AndF2'], 1],
  ['FORWARD', 'f1', ['f1AndF2', 'f1AndDefaulted'], undefined],

  ['FORWARD_TRANSITIVE', 'f1', ['threeDefaulted', 'f1AndDefaulted'], undefined],
  ['FORWARD_TRANSITIVE', 'f1', ['f1AndF2', 'f1AndDefaulted'], 1],

  ['FULL', 'f1AndDefaulted', ['f1'], undefined],
  ['FULL', 'f1AndF2', ['f1'], 1],
  ['FULL', 'f1', ['f1AndF2'], 1],
  ['FULL', 'f1AndF2', ['f1', 'f1AndDefaulted'], undefined],
  ['FULL', 'f1', ['f1AndF2', 'f1AndDefaulted'], undefined],

  ['FULL_TRANSITIVE', 'threeDefaulted', ['f1', 'f1AndDefaulted'], undefined],
  ['FULL_TRANSITIVE', 'f1', ['threeDefaulted', 'f1AndDefaulted'], undefined],
  ['FULL_TRANSITIVE', 'f1AndF2', ['f1', 'f1AndDefaulted'], 1],
  ['FULL_TRANSITIVE', 'f1', ['f1AndF2', 'f1AndDefaulted'], 1],
])('%s: %s after %j: %j', (level, next, earlier, expected) => {
  expect(versionAtFault(level, next, earlier)).toBe(expected)
})

test('there are seven levels', () => {
  const levels = Object.keys(COMPATIBILITY_LEVELS)
  expect(levels).toHaveLength(7)
  expect(levels.every(isCompatibilityLevel)).toBe(true)
  expect(['backward', 'toString', 7, undefined].some(isCompatibilityLevel)).toBe(false)
})

test('the reasons are told as clients of this API know them', () => {
  const earlier = [{ version: 3, schema: VERSIONS.f1 }]
  const conflict = checkAgainst('BACKWARD', VERSIONS.f1AndF2, earlier)
  expect(conflict && verboseMessages('BACKWARD', conflict, VERSIONS.f1.text)).toEqual([
    "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'f2' at path '/fields/1' in the new schema has no default value and is missing in the old schema', additionalInfo:'f2'}",
    '{oldSchemaVersion: 3}',
    `{oldSchema: '${VERSIONS.f1.text}'}`,
    "{validateFields: 'false', compatibility: 'BACKWARD'}",
  ])
})

test('who reads is told from which way it was asked', () => {
  const conflict = checkAgainst('FULL', VERSIONS.f1, [
    { version: 1, schema: VERSIONS.nullableOrInt },
  ])
  expect(conflict?.reasons.map(({ message }) => message)).toEqual([
    "The type (path '/fields/0/type/0') of a field in the new schema does not match with the old schema",
    "The type (path '/fields/0/type/2') of a field in the new schema does not match with the old schema",
  ])
  const forward = checkAgainst('FORWARD', VERSIONS.nullableOrInt, [
    { version: 1, schema: VERSIONS.nullable },
  ])
  expect(forward?.reasons.map(({ message }) => message)).toEqual([
    "The old schema is missing a type inside a union field at path '/fields/0/type/2' in the new schema",
  ])
})

test('a long text of the earlier version is cut', () => {
  const text = 'x'.repeat(10 * 1024 + 1)
  const [, shown] = verboseMessages('FULL', { version: 1, reasons: [] }, text)
  expect(shown).toBe(`{oldSchema: <truncated> '${text.slice(1)}...'}`)
})
