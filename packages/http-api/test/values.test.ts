import { toOffset } from '@millrace/model/offset'
import { isTopicName } from '@millrace/model/topic'
import * as fc from 'fast-check'
import { Check } from 'typebox/value'
import { expect, test } from 'vitest'
import { GroupName, OffsetOf, Timestamp, TopicName } from '../src/values.ts'

test('a name is allowed by the schema when it is by the rule', () => {
  const name = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', 'Z', '0', '.', '_', '-', '/', ' ', '\n', 'é'),
      maxLength: 6,
    }),
    fc.integer({ min: 247, max: 251 }).map((length) => 'x'.repeat(length)),
    fc.constantFrom('.', '..', '...', '', '__offsets'),
  )
  fc.assert(
    fc.property(name, (text) => {
      expect(Check(TopicName, text)).toBe(isTopicName(text))
      expect(Check(GroupName, text)).toBe(isTopicName(text))
    }),
    { numRuns: 500 },
  )
})

test('an offset is allowed by the schema when it is one', () => {
  const schema = OffsetOf('An offset.', 1)
  const number = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(2 ** 53, -0, 1.5),
  )
  fc.assert(
    fc.property(number, (value) => {
      expect(Check(schema, value)).toBe(toOffset(value) !== undefined)
    }),
  )
})

test.each([
  '2026-11-22T10:00:00Z',
  '2026-11-22t10:00:00.123z',
  '2026-11-22T10:00:00+01:00',
  0,
  1_763_800_000_000,
])('the time %j is one', (time) => expect(Check(Timestamp, time)).toBe(true))

test.each([
  '2026-11-22',
  '2026-11-22T10:00Z',
  '2026-11-22T10:00:00',
  'now',
  -1,
  1.5,
  '1763800000000',
  null,
])('the time %j is none', (time) => expect(Check(Timestamp, time)).toBe(false))
