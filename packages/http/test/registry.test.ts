import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Call, call, callExactly } from './calling.ts'
import { serve, type Serving } from './serving.ts'

const TYPE = 'application/vnd.schemaregistry.v1+json'

let serving: Serving
beforeAll(async () => {
  serving = await serve()
})
afterAll(() => serving[Symbol.asyncDispose]())

function ask(path: string, options: Call = {}) {
  return call(serving, `/registry${path}`, options)
}

function register(subject: string, schema: unknown, rest: object = {}) {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema)
  const body = { schema: text, ...rest }
  return ask(`/subjects/${encodeURIComponent(subject)}/versions`, { body })
}

function record(name: string, fields: readonly object[] = []) {
  return { type: 'record', name, fields }
}

function refused(status: number, error_code: number, message: RegExp | string = /./) {
  const text = typeof message === 'string' ? message : expect.stringMatching(message)
  return expect.objectContaining({ status, json: { error_code, message: text } })
}

describe('a schema', () => {
  test('has one id in every subject, whatever the order of its attributes', async () => {
    const { json } = await register('one', '{"type":"record","name":"One","fields":[]}')
    const other = '{ "fields": [], "name": "One", "type": "record" }'
    expect((await register('two', other)).json).toEqual(json)
    expect((await register('one', other)).json).toEqual(json)
    expect((await ask('/subjects/one/versions')).json).toEqual([1])
    expect((await ask(`/schemas/ids/${json.id}/subjects`)).json).toEqual(['one', 'two'])
  })

  test('keeps its id after it was deleted, also for good, and comes back as another version', async () => {
    const text = JSON.stringify(record('Back'))
    const { json } = await register('back', text)
    await ask('/subjects/back', { method: 'DELETE' })
    expect(await ask(`/schemas/ids/${json.id}`)).toMatchObject({ status: 200 })
    expect(await ask('/subjects/back/versions')).toEqual(
      refused(404, 40401, "Subject 'back' not found."),
    )
    expect((await register('back', record('Back'))).json).toEqual(json)
    expect((await ask('/subjects/back/versions?deleted=True')).json).toEqual([2])
    await ask('/subjects/back', { method: 'DELETE' })
    await ask('/subjects/back?permanent=true', { method: 'DELETE' })
    expect((await ask(`/schemas/ids/${json.id}`)).json).toEqual({ schema: text })
    expect((await ask(`/schemas/ids/${json.id}/schema`)).text).toBe(text)
    expect(await ask(`/schemas/ids/${json.id}/subjects`)).toEqual(refused(404, 40403))
    expect(await ask(`/schemas/ids/${json.id}/versions`)).toEqual(refused(404, 40403))
    expect(await ask(`/schemas/ids/${json.id + 1}`)).toEqual(refused(404, 40403))
    expect((await register('back', record('Back'))).json).toEqual(json)
  })

  test('may have any name for its subject', async () => {
    const names = ['a/b', 'ü %20', '名前', '...', "it's", ':.ctx:x', 'x'.repeat(512)]
    for (const name of names) {
      expect(await register(name, '"string"'), name).toMatchObject({ status: 200 })
      const { json } = await ask(`/subjects/${encodeURIComponent(name)}/versions/latest`)
      expect(json).toMatchObject({ subject: name, version: 1 })
    }
    expect((await ask('/subjects')).json).toEqual(expect.arrayContaining(names))
    expect((await ask('/subjects?subjectPrefix=%E5%90%8D')).json).toEqual(['名前'])
    for (const name of [' ', 'a\nb', 'x'.repeat(513), '__GLOBAL']) {
      expect(await register(name, '"string"'), name).toEqual(refused(422, 42208))
    }
  })

  test.each([
    ['not JSON', '{', /not JSON/],
    ['not Avro', '{"type":"nope"}', /nope/],
    ['empty', ' ', /empty/],
    ['no schema', '42', /./],
    [
      'of a name that nothing defines',
      JSON.stringify(record('R', [{ name: 'x', type: 'Y' }])),
      /Y/,
    ],
  ])('that is %s is refused, and nothing is stored', async (_what, schema, message) => {
    expect(await register('bad', schema)).toEqual(refused(422, 42201, message))
    expect(await ask('/subjects/bad/versions')).toEqual(refused(404, 40401))
  })

  test('that is too large is refused by its size, as schema and as body', async () => {
    const large = JSON.stringify({ ...record('Large'), doc: 'x'.repeat(1024 * 1024) })
    expect(await register('large', large)).toEqual(refused(422, 42209))
    const larger = 'x'.repeat(4 * 1024 * 1024)
    expect(await register('large', larger)).toEqual(refused(413, 413))
  })

  test('of another type is refused by a clear reason', async () => {
    const proto = await register('proto', 'syntax = "proto3";', { schemaType: 'PROTOBUF' })
    expect(proto).toEqual(refused(422, 42201, /PROTOBUF/))
  })

  test('is taken with what newer clients send besides', async () => {
    const rest = {
      metadata: { tags: {} },
      ruleSet: null,
      schemaType: 'AVRO',
      references: null,
      id: -1,
    }
    expect(await register('newer', record('Newer'), rest)).toMatchObject({ status: 200 })
    const { json } = await ask('/subjects/newer/versions/latest?findTags=x')
    expect(Object.keys(json)).toEqual(['subject', 'version', 'id', 'schema'])
  })
})

describe('references', () => {
  const to = (name: string, subject: string, version: number) => ({ name, subject, version })

  test('lead to what is there, and keep it there', async () => {
    await register('r1', record('R1'))
    const schema = record('R2', [{ name: 'r', type: 'R1' }])
    const { json } = await register('r2', schema, { references: [to('R1', 'r1', -1)] })
    expect((await ask('/subjects/r2/versions/1')).json.references).toEqual([to('R1', 'r1', 1)])
    expect((await ask('/subjects/r1/versions/1/referencedby')).json).toEqual([json.id])
    expect(await ask('/subjects/r1/versions/1', { method: 'DELETE' })).toEqual(refused(422, 42206))
    expect(await ask('/subjects/r1', { method: 'DELETE' })).toEqual(refused(422, 42206))
    await ask('/subjects/r2', { method: 'DELETE' })
    expect(await ask('/subjects/r1', { method: 'DELETE' })).toMatchObject({ json: [1] })
  })

  test('to nothing, and to itself, are refused', async () => {
    const schema = record('C', [{ name: 'c', type: 'D' }])
    for (const reference of [to('D', 'none', 1), to('D', 'c', 1), to('D', 'c', 0)]) {
      expect(await register('c', schema, { references: [reference] })).toEqual(
        refused(422, 42201, /No schema reference found for subject/),
      )
    }
  })

  test('may be as long a chain as they are many, and no longer', async () => {
    const long = Array.from({ length: 1_001 }, () => to('R1', 'r1', 1))
    expect(await register('many', record('Many'), { references: long })).toEqual(
      refused(422, 42201, /more than 1000/),
    )
  })
})

describe('what may be done', () => {
  test('IMPORT takes ids and versions, and keeps those that were given', async () => {
    await ask('/mode/imported', { method: 'PUT', body: { mode: 'IMPORT' } })
    expect(await register('imported', record('I'), { id: 5_000, version: 7 })).toMatchObject({
      json: { id: 5_000 },
    })
    expect((await ask('/subjects/imported/versions')).json).toEqual([7])
    expect(await register('imported', record('J'), { id: 5_000 })).toEqual(refused(422, 42205))
    expect(await register('imported', record('J'), { id: 2 ** 31 - 1 })).toEqual(
      refused(422, 42205),
    )
    expect(await register('imported', record('J'))).toEqual(refused(422, 42205, /read-write/))
    expect(await register('fresh', record('J'), { id: 6_000 })).toEqual(
      refused(422, 42205, /import mode/),
    )
    expect((await register('fresh', record('J'))).json).toEqual({ id: 5_001 })
    expect(await ask('/mode/fresh', { method: 'PUT', body: { mode: 'import' } })).toEqual(
      refused(422, 42205, 'Cannot import since found existing subjects'),
    )
  })

  test('READONLY refuses changes, and READONLY_OVERRIDE for all subjects', async () => {
    await register('still', record('Still'))
    await ask('/mode/still', { method: 'PUT', body: { mode: 'READONLY' } })
    expect(await register('still', record('Still'))).toEqual(refused(422, 42205))
    expect(await ask('/subjects/still', { method: 'DELETE' })).toEqual(refused(422, 42205))
    await ask('/mode/still', { method: 'PUT', body: { mode: 'READWRITE' } })
    await ask('/mode', { method: 'PUT', body: { mode: 'READONLY_OVERRIDE' } })
    expect(await register('still', record('Still'))).toEqual(refused(422, 42205))
    expect((await ask('/mode/still?defaultToGlobal=true')).json).toEqual({
      mode: 'READONLY_OVERRIDE',
    })
    await ask('/mode', { method: 'DELETE' })
    expect(await register('still', record('Still'))).toMatchObject({ status: 200 })
  })

  test('versions are numbers from 1 to 2^31-1, or the latest', async () => {
    await register('v', record('V'))
    for (const version of ['0', '-2', '2147483648', 'x', '1.5', '%20', '9'.repeat(400)]) {
      expect(await ask(`/subjects/v/versions/${version}`), version).toEqual(refused(422, 42202))
    }
    expect(await ask('/subjects/v/versions/2147483647')).toEqual(
      refused(404, 40402, 'Version 2147483647 not found.'),
    )
    expect((await ask('/subjects/v/versions/-1')).json.version).toBe(1)
    for (const id of ['0', '-1', '2147483648', 'x']) {
      expect(await ask(`/schemas/ids/${id}`), id).toEqual(refused(404, 40403))
    }
  })
})

describe('any failure below /registry', () => {
  test.each([
    ['an address where nothing is', '/nothing', {}, 404],
    ['another method', '/subjects', { method: 'PATCH' }, 405],
    [
      'a body that is not JSON',
      '/subjects/a',
      { body: '{', headers: { 'Content-Type': TYPE } },
      400,
    ],
    [
      'another media type',
      '/subjects/a',
      { body: 'a=1', headers: { 'Content-Type': 'text/plain' } },
      415,
    ],
    [
      'a page of another origin',
      '/subjects',
      { method: 'DELETE', headers: { 'Sec-Fetch-Site': 'cross-site' } },
      403,
    ],
    ['a parameter that is no number', '/subjects?limit=x', {}, 422],
    ['a parameter given twice', '/subjects?limit=1&limit=2', {}, 422],
  ] as const)('has the form of its API: %s', async (_what, path, options, status) => {
    const answer = await ask(path, options)
    expect(answer).toEqual(refused(status, status))
    expect(answer.headers.get('content-type')).toMatch(
      /^application\/vnd\.schemaregistry\.v1\+json/,
    )
  })

  test('also of an address that cannot be decoded', async () => {
    const { status, json } = await callExactly(serving, 'GET', '/registry/subjects/%zz/versions')
    expect({ status, code: json.error_code }).toEqual({ status: 400, code: 400 })
  })

  test('and bodies come as any of its media types, and as none', async () => {
    for (const type of [
      TYPE,
      'application/vnd.schemaregistry+json',
      'application/json; charset=utf-8',
    ]) {
      const body = JSON.stringify({ schema: '"int"' })
      const headers = { 'Content-Type': type }
      expect(await ask('/subjects/types/versions', { body, headers }), type).toMatchObject({
        status: 200,
        json: { id: expect.any(Number) },
      })
    }
    const bytes = Buffer.from(JSON.stringify({ schema: '"int"' }))
    expect(await ask('/subjects/types', { method: 'POST', body: bytes })).toMatchObject({
      status: 200,
    })
  })
})
