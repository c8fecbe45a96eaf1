import { expect, test } from 'vitest'
import { schemaOfIdl } from '../src/schema/schema-idl.ts'

const Z = { type: 'record', name: 'Z', fields: [{ name: 'a', type: 'int', default: 5 }] }

test.each([
  'record Z { int a = 5; }',
  'protocol P { record Z { int a = 5; } }',
  '/** doc */ protocol P { record Z { int a = 5; } }',
  '// protocol Q {\n/* * ** */ @x({"a":["(", ")"]}) protocol P {\n  record Z { int a = 5; }\n}',
])('%j is read', (text) => {
  expect(JSON.parse(schemaOfIdl(text, 'z.avdl'))).toEqual(Z)
})

test.each([
  [
    'protocol P { record Z { decimal(9,2) d; } }',
    'z.avdl, line 1, column 32: expected a name, found "(".',
  ],
  [
    'namespace com.y;\nschema Z;\nrecord Z { int a; }',
    'z.avdl, line 1, column 10: expected the end, found "com.y".',
  ],
  [
    'protocol P {\n  record Z { int? a; }\n}',
    'z.avdl, line 2, column 17: expected a name, found "?".',
  ],
  [
    'protocol P {\n  record Z { int a; }\n',
    'z.avdl, line 2, column 22: expected a name, found the end.',
  ],
  ['protocol P { import idl "x.avdl"; record Z { X a; } }', 'z.avdl: unresolvable import.'],
  ['protocol P { }', 'z.avdl: the protocol has no type.'],
])('%j is refused with the place', (text, message) => {
  expect(() => schemaOfIdl(text, 'z.avdl')).toThrow(
    expect.objectContaining({ message, next: expect.stringContaining('idl2schemata') }),
  )
})
