import { LogError } from '@millrace/model/log-error'
import { describe, expect, test } from 'vitest'
import { readRecords, RECORDS_MAX } from '../src/record-json-reader.ts'

describe('a JSON body', () => {
  test('is a list of records, or one bare record', () => {
    expect(read('{"records":[{"value":1},{"value":2}]}')).toHaveLength(2)
    expect(read(' { "value" : 1 } ')).toHaveLength(1)
  })

  test('keeps the text of a value as it was sent, with every digit and space', () => {
    for (const text of [
      '12345678901234567890.10',
      '{ "a" : [ 1 , 2 ] }',
      '"\\u00e9"',
      '{"a":1,"a":2}',
      '-0',
    ]) {
      expect(value(`{"value": ${text} }`), text).toBe(text)
    }
  })

  test('may say value, key and headers in each of their ways', () => {
    const [record] = read(
      '{"key":"ü\\n","valueText":"caf\\u00e9","headers":[{"name":"a","value":"1"},{"name":"a","value":null},' +
        '{"name":"b","valueBase64":"/w=="}],"partition":3,"timestamp":1763800000000,"offset":"whatever"}',
    )
    expect(record).toEqual({
      key: Buffer.from('ü\n'),
      keyForm: 'text',
      value: Buffer.from('café'),
      valueForm: 'bytes',
      headers: [
        { name: 'a', value: Buffer.from('1') },
        { name: 'a', value: null },
        { name: 'b', value: Buffer.from([0xff]) },
      ],
      partition: 3,
      timestamp: 1_763_800_000_000,
    })
    expect(read('{"keyBase64":"AAEC","valueBase64":"","headers":{"trace":"a1"}}')[0]).toEqual({
      key: Buffer.from([0, 1, 2]),
      keyForm: 'bytes',
      value: Buffer.from(''),
      valueForm: 'bytes',
      headers: [{ name: 'trace', value: Buffer.from('a1') }],
      timestamp: 5,
    })
  })

  test('has a tombstone where value is null, and a null key where there is none', () => {
    expect(read('{"value":null}')[0]).toMatchObject({ value: null, key: null })
    expect(read('{"key":null,"value":1}')[0]).toMatchObject({ key: null })
  })

  test('is not confused by __proto__, inside a value or as a header', () => {
    expect(value('{"value":{"__proto__":{"a":1}}}')).toBe('{"__proto__":{"a":1}}')
    expect(read('{"value":1,"headers":{"__proto__":"x"}}')[0]?.headers).toEqual([
      { name: '__proto__', value: Buffer.from('x') },
    ])
    expect(Object.prototype).not.toHaveProperty('a')
  })
})

describe('a record that is refused', () => {
  test.each([
    ['{}', 'INVALID_RECORD', 'needs one of value'],
    ['{"key":"a"}', 'INVALID_RECORD', 'needs one of value'],
    ['{"valu":1}', 'INVALID_RECORD', '/valu: There is no such field; a body has records alone'],
    ['{"__proto__":1}', 'INVALID_RECORD', '/__proto__: There is no such field'],
    ['{"records":[{"value":1}],"x":1}', 'INVALID_REQUEST', '/x: There is no such field; a body'],
    ['{"x":1,"records":[{"value":1}]}', 'INVALID_RECORD', '/x: There is no such field; a body'],
    [
      '{"records":[{"valu":1}]}',
      'INVALID_RECORD',
      '/valu: There is no such field; a record has key, keyBase64, value,',
    ],
    ['{"value":1,"valueText":"a"}', 'INVALID_RECORD', 'given twice'],
    ['{"value":1,"value":1}', 'INVALID_RECORD', 'given twice'],
    ['{"key":"a","keyBase64":"AA==","value":1}', 'INVALID_RECORD', 'given twice'],
    ['{"value":1,"key":1}', 'INVALID_RECORD', '/key: This must be a string'],
    ['{"valueText":null}', 'INVALID_RECORD', '/valueText: This must be a string'],
    ['{"valueBase64":"a"}', 'INVALID_RECORD', 'not base64'],
    ['{"valueBase64":"AB=="}', 'INVALID_RECORD', 'not base64'],
    ['{"valueBase64":"_-8="}', 'INVALID_RECORD', 'not base64'],
    ['{"value":1,"key":"\\ud800"}', 'INVALID_RECORD', 'surrogate'],
    ['{"value":1,"partition":-1}', 'INVALID_RECORD', '/partition: This must be an integer'],
    ['{"value":1,"partition":"1"}', 'INVALID_RECORD', '/partition: This must be an integer'],
    ['{"value":1,"partition":1.5}', 'INVALID_RECORD', '/partition: This must be an integer'],
    [
      '{"value":1,"timestamp":9007199254740993}',
      'INVALID_RECORD',
      '/timestamp: This must be an integer',
    ],
    ['{"value":1,"timestamp":null}', 'INVALID_RECORD', '/timestamp: This must be an integer'],
    ['{"value":1,"headers":null}', 'INVALID_RECORD', '/headers: This must be an array'],
    ['{"value":1,"headers":[{"name":"a"}]}', 'INVALID_RECORD', 'A header has a name'],
    ['{"value":1,"headers":[{"value":"a"}]}', 'INVALID_RECORD', 'A header has a name'],
    ['{"value":1,"headers":[{"name":"a","value":"b","x":1}]}', 'INVALID_RECORD', 'A header has'],
    ['{"value":1}{"value":2}', 'INVALID_REQUEST', 'nothing more was expected'],
    ['{"value":1,"key":nul}', 'INVALID_REQUEST', 'at byte 20'],
    ['{"value":nul}', 'INVALID_REQUEST', 'at byte 12'],
    ['{"value":', 'INVALID_REQUEST', 'the end'],
    ['[{"value":1}]', 'INVALID_RECORD', 'This must be an object'],
    ['', 'INVALID_REQUEST', 'the end'],
    ['{"records":[]}', 'INVALID_REQUEST', 'There are no records'],
    ['{"records":[{"value":1}],"records":[{"value":1}]}', 'INVALID_REQUEST', 'given twice'],
    ['{"records":[{"value":1}],"value":1}', 'INVALID_REQUEST', 'no other field'],
    [`{"value":${'['.repeat(65)}${']'.repeat(65)}}`, 'INVALID_REQUEST', 'deeper than 64'],
    [`{"valueText":"${'x'.repeat(101)}"}`, 'RECORD_TOO_LARGE', '101 bytes'],
  ])('%s is %s: %s', (body, code, detail) => {
    const error = refusal(body)
    expect(error.code).toBe(code)
    expect(error.detail).toContain(detail)
    expect(error.fields.appended).toBe(false)
  })

  test('is named by its index, and by a pointer', () => {
    const error = refusal('{"records":[{"value":1},{"value":1,"partition":-1}]}')
    expect(error.fields).toMatchObject({ index: 1, errors: [{ path: '/records/1/partition' }] })
    expect(refusal('{"records":[{"value":1},{"value":tru}]}').fields.index).toBe(1)
  })

  test('is one of too many', () => {
    const body = `{"records":[${Array(RECORDS_MAX + 1)
      .fill('{"value":1}')
      .join(',')}]}`
    expect(refusal(body)).toMatchObject({ code: 'BODY_TOO_LARGE' })
  })

  test('is one whose bytes are no UTF-8', () => {
    const body = Buffer.concat([Buffer.from('{"value":"'), Buffer.from([0xff]), Buffer.from('"}')])
    expect(refusal(body)).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: 'The body is not UTF-8.',
    })
  })
})

const READING = { recordMaxBytes: 100, nowMs: 5 }

function read(body: string) {
  return readRecords(Buffer.from(body), READING).records
}

function value(body: string): string {
  return Buffer.from(read(body)[0]?.value ?? []).toString()
}

function refusal(body: string | Buffer): LogError {
  try {
    readRecords(Buffer.from(body), READING)
  } catch (error) {
    if (error instanceof LogError) return error
    throw error
  }
  throw new Error('It was accepted.')
}
