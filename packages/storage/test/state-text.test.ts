import { SYSTEM_CLOCK } from '@millrace/disk/clock'
import { FIRST_OFFSET } from '@millrace/model/offset'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { secretOf } from '../src/state-secret.ts'
import { decodeAsItIs, encodeFields, parseFields, textRecord } from '../src/state-text.ts'
import { openState } from './open-state.ts'

test('fields are read as they were written, behind their version', () => {
  const names = fc.stringMatching(/^[a-z]+$/).filter((name) => name !== 'version')
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue()), (fields) => {
      const text = Buffer.from(encodeFields(fields)).toString()
      expect(text.startsWith('{"version":1')).toBe(true)
      const normal: unknown = JSON.parse(JSON.stringify({ version: 1, ...fields }))
      expect(parseFields('__t', 'k', Buffer.from(text))).toEqual(normal)
    }),
  )
})

test.each(['', '{', 'null', '1', '[]', '{}', '{"version":2}'])(
  'what this version did not write is refused by name: %j',
  (text) => {
    const parsing = () => parseFields('__t', 'some key', Buffer.from(text))
    expect(parsing).toThrow(expect.objectContaining({ code: 'CORRUPT_SEGMENT' }))
    expect(parsing).toThrow('some key of __t')
  },
)

test('a record of text is found in the index as it is', () => {
  const { key, value, headers, timestamp } = textRecord(SYSTEM_CLOCK, 'a b', Buffer.from('1'))
  const record = { key, value, headers, timestamp, offset: FIRST_OFFSET }
  expect(decodeAsItIs(record)).toEqual([{ key: 'a b', value }])
  expect(decodeAsItIs({ ...record, value: null })).toEqual([{ key: 'a b', value: null }])
})

test('a secret is drawn once', async () => {
  await using directory = await makeTempDirectory()
  let drawn: Uint8Array
  {
    await using opened = await openState(directory.path)
    drawn = await secretOf(opened.state, SYSTEM_CLOCK)
    expect(drawn).toHaveLength(32)
    expect(await secretOf(opened.state, SYSTEM_CLOCK)).toEqual(drawn)
  }
  await using again = await openState(directory.path)
  expect(Buffer.from(await secretOf(again.state, SYSTEM_CLOCK))).toEqual(Buffer.from(drawn))
})
