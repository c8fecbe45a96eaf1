import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonLines, serve, type Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(async () => served[Symbol.asyncDispose]())

const TOTAL = { name: 'total', type: 'long' }
const NOTE = { name: 'note', type: ['null', 'string'], default: null }

function order(...fields: readonly object[]): object {
  return { type: 'record', name: 'Order', fields }
}

async function file(name: string, content: object | string): Promise<string> {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  await writeFile(join(served.directory, name), text)
  return name
}

async function told(...line: readonly string[]): Promise<string> {
  const run = await served.cli(line)
  expect(run).toMatchObject({ status: 0, stderr: '' })
  return run.stdout.toString()
}

async function produce(topic: string, text: string, ...options: readonly string[]) {
  return served.cli(['produce', topic, ...options], { stdin: Buffer.from(text) })
}

describe('the registry', () => {
  test('register, ls, get, diff', async () => {
    const first = await file('a1.avsc', order(TOTAL))
    const second = await file('a2.avsc', order(TOTAL, NOTE))
    expect(await told('schema', 'register', 'a', first)).toMatch(/^a@1, id \d+\n$/)
    expect(await told('schema', 'register', 'a', second)).toMatch(/^a@2, id \d+\n$/)
    expect(await told('schema', 'register', 'a', first)).toMatch(/^a@1, id \d+\n$/)
    expect(await told('schema', 'ls', 'a')).toContain('record Order, 1 field\n')
    expect(await told('schema', 'ls', '--prefix', 'a')).toMatch(
      /\na +2 +\d+ +record Order, 2 fields\n$/,
    )
    const versions = jsonLines(await served.cli(['schema', 'ls', 'a', '-o', 'jsonl']))
    expect(versions).toMatchObject([{ version: 1 }, { version: 2 }])
    expect(JSON.parse(await told('schema', 'get', 'a@1'))).toEqual(order(TOTAL))
    const { id } = versions[1] as { id: number }
    expect(JSON.parse(await told('schema', 'get', '--id', String(id)))).toEqual(order(TOTAL, NOTE))
    expect(await told('schema', 'diff', 'a@1', 'a@2')).toMatch(/^\+ note, field: /)
    expect(await told('schema', 'diff', 'a', first)).toMatch(/^- note, field: /)
    expect(await told('schema', 'diff', 'a', 'a@2')).toBe('a@2 says the same as a.\n')
  })

  test('check tells the reasons, and is status 1 when there are any', async () => {
    const first = await file('c1.avsc', order(TOTAL))
    const broken = await file('c2.avsc', order(TOTAL, { name: 'user', type: 'string' }))
    await told('schema', 'register', 'c', first)
    expect(await told('schema', 'check', 'c', first)).toBe(
      'c1.avsc goes together with c (BACKWARD).\n',
    )
    const run = await served.cli(['schema', 'check', 'c', broken])
    expect(run.status).toBe(1)
    expect(run.stdout.toString()).toMatch(/^READER_FIELD_MISSING_DEFAULT_VALUE: The field 'user'/)
    expect(run.stderr).toContain('c2.avsc would break those who read, or wrote, c.')
    const json = await served.cli(['schema', 'check', 'c', broken, '-o', 'jsonl'])
    expect(jsonLines(json)).toMatchObject([{ subject: 'c', isCompatible: false }])
    const refused = await served.cli(['schema', 'register', 'c', broken])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('To see why: millrace schema check c c2.avsc\n')
  })

  test('config and mode, of a subject and of all', async () => {
    const set = [
      'schema',
      'config',
      'd',
      '--compatibility',
      'full_transitive',
      '--mode',
      'READONLY',
    ]
    expect(await told(...set)).toBe(
      'subject        d\ncompatibility  FULL_TRANSITIVE\nmode           READONLY\n',
    )
    const run = await served.cli(['schema', 'register', 'd', await file('d.avsc', order(TOTAL))])
    expect(run.status).toBe(4)
    expect(run.stderr).toContain('millrace schema config d\n')
    const back = await told('schema', 'config', 'd', '--delete', '-o', 'jsonl')
    expect(JSON.parse(back)).toEqual({ subject: 'd', compatibility: 'BACKWARD', mode: 'READWRITE' })
    expect(await told('schema', 'config', 'd', '--delete')).toContain('BACKWARD')
    expect(await told('schema', 'config')).toContain('READWRITE')
  })

  test('delete shows what would go, and lets it go with --yes', async () => {
    await told('schema', 'register', 'e', await file('e1.avsc', order(TOTAL)))
    await told('schema', 'register', 'e', await file('e2.avsc', order(TOTAL, NOTE)))
    expect(await told('schema', 'delete', 'e')).toMatch(/^Would delete e@1, e@2\. /)
    expect(await told('schema', 'delete', 'e@1', '--yes')).toBe('Deleted e@1.\n')
    expect(jsonLines(await served.cli(['schema', 'ls', 'e', '-o', 'jsonl']))).toHaveLength(1)
    const early = await served.cli(['schema', 'delete', 'e', '--permanent', '--yes'])
    expect(early.status).toBe(4)
    expect(early.stderr).toContain('Delete it first: millrace schema delete e --yes')
    expect(await told('schema', 'rm', 'e', '-y')).toBe('Deleted e@2.\n')
    expect(await told('schema', 'rm', 'e', '-y', '--permanent')).toBe(
      'Deleted e@1, e@2, for good.\n',
    )
  })

  test('a schema refers to that of another subject', async () => {
    await told(
      'schema',
      'register',
      'item',
      await file('i.avsc', { ...order(TOTAL), name: 'Item' }),
    )
    const list = await file('l.avsc', { type: 'array', items: 'Item' })
    const line = ['schema', 'register', 'items', list, '--reference', 'Item=item@1']
    expect(await told(...line)).toMatch(/^items@1, /)
    expect(await told('schema', 'types', 'items')).toContain('export type Datum = Item[]')
    const reference = ['--reference', 'Item=item@1']
    expect(await told('schema', 'diff', 'items', list, ...reference)).toContain('says the same')
    expect(await told('schema', 'types', list, ...reference)).toContain('Datum = Item[]')
  })

  test.each([
    [['get', 'absent'], 3, 'There is no subject absent.'],
    [
      ['get', 'nearby@9'],
      3,
      'nearby has no version 9.\nTo see those there are: millrace schema ls nearby\n',
    ],
    [
      ['get', '--id', '999'],
      3,
      'Schema 999 not found\nTo see those there are: millrace schema ls\n',
    ],
    [['get', 'naerby'], 3, 'Did you mean nearby?'],
    [['diff', 'nearby', 'bad.avsc'], 1, 'bad.avsc is no Avro schema: /type: '],
    [['diff', 'nearby', 'names.avsc'], 1, '--reference com.example.Item=item-value@3'],
    [['types', 'lines.jsonl'], 1, 'lines.jsonl is no Avro schema: It is not JSON'],
    [['get'], 2, 'Name a subject'],
    [['get', 'nearby@0'], 2, 'Versions are numbered from 1'],
    [['register', 'nearby', 'absent.avsc'], 3, 'absent.avsc'],
    [['register', 'nearby', 'bad.avsc'], 1, ''],
    [['check', 'nearby', 'near.avsc', '--topic', 't'], 2, 'Add --against-history'],
    [['check', 'nearby', 'near.avsc', '--against-history'], 3, '--topic TOPIC'],
    [['config', '--compatibility', 'SOME'], 2, 'Allowed choices are NONE'],
    [['register', 'nearby', 'near.avsc', '--reference', 'x'], 2, 'com.example.Item=item-value@3'],
  ])('schema %j is status %i, and what to do instead is said', async (line, status, next) => {
    await file('bad.avsc', '{"type":"recrod"}')
    await file('names.avsc', order({ name: 'item', type: 'com.example.Item' }))
    await file('lines.jsonl', '{"a":1}\n{"a":2}\n')
    await told('schema', 'register', 'nearby', await file('near.avsc', order(TOTAL)))
    const run = await served.cli(['schema', ...line])
    expect(run.status).toBe(status)
    expect(run.stderr).toContain(next)
  })
})

describe('what is made of schemas, and what schemas are made of', () => {
  test('types of a file and of a version', async () => {
    const name = await file('t.avsc', order(TOTAL, NOTE))
    expect(await told('schema', 'types', name)).toContain('export interface Order {')
    await told('schema', 'register', 't', name)
    expect(await told('schema', 'types', 't@1')).toBe(await told('schema', 'types', name))
  })

  test('a schema is inferred that the values fit', async () => {
    const lines =
      '{"id":1,"user-name":"x","at":{"lat":1.5},"tags":["a"]}\n{"id":2,"at":{"lat":2,"lon":3},"extra":null}\n'
    const run = await served.cli([
      'schema',
      'infer',
      await file('v.jsonl', lines),
      '--name',
      'Visit',
    ])
    expect(run.status).toBe(0)
    expect(run.stderr).toBe('Note: "user-name" is no name in Avro; here it is user_name.\n')
    expect(JSON.parse(run.stdout.toString())).toEqual({
      type: 'record',
      name: 'Visit',
      fields: [
        { name: 'id', type: 'long' },
        { name: 'user_name', type: ['null', 'string'], default: null },
        {
          name: 'at',
          type: {
            type: 'record',
            name: 'At',
            fields: [
              { name: 'lat', type: 'double' },
              { name: 'lon', type: ['null', 'long'], default: null },
            ],
          },
        },
        { name: 'tags', type: ['null', { type: 'array', items: 'string' }], default: null },
        { name: 'extra', type: 'null', default: null },
      ],
    })
    await served.client.topics.create('visits')
    await produce('visits', '{"id":1}\n{"id":2.5}\n')
    const inferred = await told('schema', 'infer', '--topic', 'visits')
    expect(JSON.parse(inferred)).toMatchObject({ fields: [{ name: 'id', type: 'double' }] })
    await told('schema', 'register', 'visits', await file('visits.avsc', inferred))
  })

  test('Avro IDL is registered as what it says', async () => {
    const idl =
      '@namespace("com.x") protocol P { enum State { NEW, PAID } record Order { long id; State state; union {null, string} note = null; } }'
    await told('schema', 'register', 'idl', await file('o.avdl', idl))
    const schema = JSON.parse(await told('schema', 'get', 'idl'))
    expect(schema).toMatchObject({ type: 'record', name: 'Order', namespace: 'com.x' })
    await served.client.topics.create('idl')
    const sent = await produce('idl', '{"id":1,"state":"PAID"}\n', '--schema', 'idl')
    expect(sent.status).toBe(0)
    expect(await told('consume', 'idl', '--schema', 'idl')).toBe(
      '{"id":1,"state":"PAID","note":null}\n',
    )
    const bad = await served.cli(['schema', 'register', 'idl', await file('b.avdl', 'recrod X {}')])
    expect(bad).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('b.avdl, line 1, column 7: expected the end, found "X".'),
    })
    expect(bad.stderr).toContain('avro-tools.jar idl2schemata')
    // What is Avro already says which schema it is of.
    const inferred = await served.cli(['schema', 'infer', '--topic', 'idl'])
    expect(inferred).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/Value 1 is .*schema id (\d+).*\n.*schema get --id \1\n/),
    })
  })
})
