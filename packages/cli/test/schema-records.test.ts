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

describe('records of a topic with a schema', () => {
  test('lines are encoded, and printed as plain JSON', async () => {
    await told('schema', 'register', 'p', await file('p1.avsc', order(TOTAL)))
    await told('topic', 'create', 'p', '--config', 'valueSchema=p')
    const sent = await produce('p', '{"total":1}\n{"total":9007199254740993}\n')
    expect(sent.status).toBe(0)
    expect(await told('consume', 'p')).toBe('{"total":1}\n{"total":9007199254740993}\n')
    const whole = jsonLines(await served.cli(['consume', 'p', '-o', 'jsonl', '-n', '1']))
    expect(whole).toMatchObject([{ offset: 0, value: { total: 1 } }])
    const grouped = await told('consume', 'p', '--group', 'g')
    expect(grouped).toContain('{"total":9007199254740993}\n')
    await served.client.shareGroups.put('s', { topics: ['p'], start: 'earliest' })
    expect(await told('consume', '--share', 's')).toContain('{"total":1}\n')
  })

  test('records stay readable when their schema is deleted for good', async () => {
    await told('schema', 'register', 'gone', await file('gone1.avsc', order(TOTAL)))
    await told('schema', 'register', 'gone', await file('gone2.avsc', order(TOTAL, NOTE)))
    await told('topic', 'create', 'gone', '--config', 'valueSchema=gone')
    await produce('gone', '{"total":1,"note":"n"}\n')
    await told('schema', 'delete', 'gone@2', '--yes')
    await told('schema', 'delete', 'gone@2', '--permanent', '--yes')
    expect(await told('consume', 'gone')).toBe('{"total":1,"note":"n"}\n')
    expect(await told('consume', 'gone', '--schema', 'gone@1')).toBe('{"total":1}\n')
  })

  test('what was printed whole is produced again, key and value', async () => {
    await told('schema', 'register', 'k', await file('k.avsc', '"int"'))
    await told('schema', 'register', 'q', await file('q.avsc', order(TOTAL)))
    for (const topic of ['q', 'q-copy']) {
      await told('topic', 'create', topic, '--config', 'valueSchema=q', '--config', 'keySchema=k')
    }
    await produce('q', '{"key":7,"value":{"total":1}}\n', '--format', 'jsonl')
    const { stdout } = await served.cli(['consume', 'q', '-o', 'jsonl'])
    expect(JSON.parse(stdout.toString())).toMatchObject({ key: 7, value: { total: 1 } })
    expect((await produce('q-copy', stdout.toString(), '--format', 'jsonl')).status).toBe(0)
    expect((await served.cli(['consume', 'q-copy', '-o', 'jsonl'])).stdout).toEqual(stdout)
  })

  test('a key is found as it is shown', async () => {
    await told('schema', 'register', 'found-key', await file('found.avsc', '"string"'))
    await told('schema', 'register', 'found-id', await file('found-id.avsc', '"int"'))
    await told('topic', 'create', 'found', '--config', 'keySchema=found-key')
    await told('topic', 'create', 'found-ids', '--config', 'keySchema=found-id')
    await produce('found', 'a\n', '--key', 'user-1')
    await produce('found', 'b\n', '--key', 'user-2')
    await produce('found-ids', '{"key":7,"value":1}\n{"key":8,"value":2}\n', '--format', 'jsonl')
    expect(await told('consume', 'found', '--key', 'user-2')).toBe('b\n')
    expect(await told('consume', 'found-ids', '--key', '7')).toBe('1\n')
    await told('topic', 'alter', 'found', '--config', 'keySchema=default')
    expect(await told('consume', 'found', '--key', 'user-2')).toBe('')
    const asked = ['--key-schema', 'found-key']
    expect(await told('consume', 'found', '--key', 'user-2', ...asked)).toBe('b\n')
  })

  test('a key is the JSON that its schema takes, or the text', async () => {
    const id = { ...order({ name: 'id', type: 'long' }), name: 'Id' }
    await served.client.schemas.register('kl', { schema: '"long"' })
    await served.client.schemas.register('kr', { schema: id })
    await served.client.schemas.register('ks', { schema: '"string"' })
    const line = '{"n":9007199254740993,"k":{"id":2}}\n'
    for (const [subject, options, key] of [
      ['kl', ['--key-json', '/n'], '9007199254740993'],
      ['kr', ['--key-json', '/k'], '{"id":2}'],
      ['kl', ['--key', '5'], '5'],
      ['kr', ['--key', '{"id":5}'], '{"id":5}'],
      ['ks', ['--key', '5'], '"5"'],
      ['kl', ['--key-regex', '"id":(.)'], '2'],
    ] as const) {
      const keySchema = { subject, onMisfit: 'reject' } as const
      await served.client.topics.create('keys', { config: { keySchema } })
      expect(await produce('keys', line, ...options)).toMatchObject({ status: 0 })
      expect(await told('consume', 'keys', '-o', 'jsonl')).toContain(`"key":${key},`)
      await served.client.topics.delete('keys')
    }
    await served.client.topics.create('keys')
    const run = await produce('keys', line, '--key-schema', 'kr', '--key', '{"id":"x"}')
    expect(run.stderr).toContain('Line 1 does not fit kr@1: /key/id: ')
    const none = await produce('keys', line, '--key-json', '/k')
    expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining('an object at /k') })
  })

  test('a line that does not fit is told with its path', async () => {
    await told('schema', 'register', 'm', await file('m.avsc', order(TOTAL)))
    await told('topic', 'create', 'm', '--config', 'valueSchema=m')
    const run = await produce('m', '{"total":1}\n{"total":1.5}\n')
    expect(run.status).toBe(1)
    expect(run.stderr).toContain('Line 2 does not fit m@1: /value/total: ')
    expect(run.stderr).toContain('--from-line 2')
    await told(
      'topic',
      'create',
      'm-off',
      '--config',
      'valueSchema={"subject":"m","onMisfit":"off"}',
    )
    expect((await produce('m-off', '{"total":1}\ntext\n')).stderr).toContain(
      '1 line did not fit m@1, each sent as it is. The first: line 2, /value: ',
    )
    expect(await told('consume', 'm-off')).toBe('{"total":1}\ntext\n')
    const other = await produce('m', '{"total":1}\n', '--schema', 'other')
    expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('of subject m') })
    const none = /m has no version 9\..*\n.*millrace schema ls m\n/
    for (const run of [
      await produce('m', '{"total":1}\n', '--schema', 'm@9'),
      await served.cli(['consume', 'm', '--schema', 'm@9']),
    ]) {
      expect(run).toMatchObject({ status: 3, stderr: expect.stringMatching(none) })
    }
  })

  test('dead letters have the line as it was', async () => {
    await told('schema', 'register', 'dl', await file('dl.avsc', order(TOTAL)))
    await told('topic', 'create', 'dead')
    const setting = '{"subject":"dl","onMisfit":"dead-letter","deadLetterTopic":"dead"}'
    await told('topic', 'create', 'dl', '--config', `valueSchema=${setting}`)
    const run = await produce('dl', '{"total":1}\n{"total":"x"}\n')
    expect(run.status).toBe(0)
    expect(run.stderr).toContain('each a dead letter in dead')
    expect(await told('consume', 'dl')).toBe('{"total":1}\n')
    expect(await told('consume', 'dead')).toBe('{"total":"x"}\n')
  })

  test('a topic whose subject has no version says what to do', async () => {
    const made = await served.cli(['topic', 'create', 'none', '--config', 'valueSchema=nobody'])
    const note =
      'Note: subject nobody has no version yet: records are refused until it has one. ' +
      'To make one: millrace schema register nobody FILE\n'
    expect(made).toMatchObject({ status: 0, stderr: note })
    const run = await produce('none', '{"total":1}\n')
    expect(run.status).toBe(3)
    expect(run.stderr).toContain('millrace schema register nobody FILE')
    const setting = '{"subject":"noone","onMisfit":"off"}'
    const altered = await served.cli([
      'topic',
      'alter',
      'none',
      '--config',
      `valueSchema=${setting}`,
    ])
    expect(altered.stderr).toContain('subject noone has no version yet: no record fits')
    const taken = await told('topic', 'alter', 'none', '--config', 'valueSchema=null', '-o', 'json')
    expect(JSON.parse(taken)).toMatchObject({ config: { valueSchema: null } })
  })
})

describe('a history of several versions', () => {
  const added = [TOTAL, NOTE, ...['a', 'b', 'c'].map((name) => ({ name, type: 'int', default: 1 }))]

  beforeAll(async () => {
    const valueSchema = { subject: 'h', onMisfit: 'reject' } as const
    await served.client.topics.create('h', { partitions: 2, config: { valueSchema } })
    for (const count of [1, 2, 3, 4, 5]) {
      const name = await file(`h${count}.avsc`, order(...added.slice(0, count)))
      await told('schema', 'register', 'h', name)
      const run = await produce(
        'h',
        `{"total":${count}}\n`,
        '--schema',
        `h@${count}`,
        '--partition',
        '0',
      )
      expect(run.status).toBe(0)
    }
  })

  test('five versions are read whole by each of the five', async () => {
    const names = ['total', 'note', 'a', 'b', 'c']
    for (const version of [1, 2, 3, 4, 5]) {
      const text = await told('consume', 'h', '--schema', `h@${version}`)
      const read = text
        .trim()
        .split('\n')
        .map((line): object => JSON.parse(line))
      expect(read.map((value) => Object.keys(value))).toEqual(
        Array.from({ length: 5 }, () => names.slice(0, version)),
      )
      expect(read).toMatchObject([1, 2, 3, 4, 5].map((total) => ({ total })))
    }
  })

  test('a schema that reads all of it, with the records of each version', async () => {
    const next = await file('h6.avsc', order(TOTAL, { name: 'd', type: 'string', default: '' }))
    const line = ['schema', 'check', 'h', next, '--against-history']
    expect(await told(...line)).toMatch(
      /\nh@1 +1 +0\n(.*\n){4}h6.avsc reads all of them: 5 records, /,
    )
    expect(JSON.parse(await told(...line, '-o', 'json'))).toMatchObject({
      subject: 'h',
      topics: [{ topic: 'h', part: 'value', records: 5 }],
      records: 5,
      failed: 0,
      writers: [1, 2, 3, 4, 5].map((version) => ({ version, records: 1, failed: 0 })),
      first: null,
    })
  })

  test('one that does not: how many, whose, and the first', async () => {
    const next = await file('h7.avsc', order(TOTAL, { name: 'c', type: 'int' }))
    const run = await served.cli(['schema', 'check', 'h', next, '--against-history', '-o', 'json'])
    expect(run.status).toBe(1)
    expect(run.stderr).toContain('h7.avsc cannot read 4 records of 5.')
    const answer = JSON.parse(run.stdout.toString())
    expect(answer.writers).toMatchObject([1, 1, 1, 1, 0].map((failed) => ({ failed })))
    expect(answer.first).toMatchObject({ topic: 'h', partition: 0, offset: 0, path: '/value' })
    expect(answer.first.reason).toContain('has no field c')
    const people = await served.cli(['schema', 'check', 'h', next, '--against-history'])
    expect(people.stdout.toString()).toContain('The first: h-0, offset 0, /value: ')
    const archive = await served.cli([
      'schema',
      'check',
      'h',
      next,
      '--against-history',
      '--topic',
      'h',
      '--key',
      '-o',
      'jsonl',
    ])
    expect(jsonLines(archive)).toMatchObject([{ records: 0, tombstones: 5 }])
  })

  test('a record that cannot be read is told in its place, and the rest go on', async () => {
    await told(
      'schema',
      'register',
      'strict',
      await file('s.avsc', order(TOTAL, { name: 'c', type: 'int' })),
    )
    const run = await served.cli(['consume', 'h', '--schema', 'strict'])
    expect(run.status).toBe(1)
    expect(run.stdout.toString()).toBe('{"total":5,"c":1}\n')
    expect(run.stderr).toContain('h-0, offset 0, /value: ')
    expect(run.stderr).toContain('4 records could not be read')
    const json = await served.cli(['consume', 'h', '--schema', 'strict', '-o', 'jsonl'])
    expect(json.status).toBe(1)
    const lines = jsonLines(json) as { error?: { code: string }; value?: object }[]
    expect(lines.map(({ error, value }) => error?.code ?? value)).toEqual([
      ...Array.from({ length: 4 }, () => 'UNRESOLVABLE'),
      { total: 5, c: 1 },
    ])
  })
})

describe('a record that cannot be read with the schema that was asked for is not processed', () => {
  const [SHOWN, OTHER] = ['{"total":1,"c":1}\n', '{"total":2}\n']

  beforeAll(async () => {
    const versions = [order(TOTAL), order(TOTAL, { name: 'c', type: 'int', default: 0 })]
    for (const version of versions) {
      await told('schema', 'register', 'u', await file('u.avsc', version))
    }
    const strict = await file('us.avsc', order(TOTAL, { name: 'c', type: 'int' }))
    await told('schema', 'register', 'u-strict', strict)
    await told('topic', 'create', 'u', '--config', 'valueSchema=u')
    await produce('u', SHOWN, '--schema', 'u@2')
    await produce('u', OTHER, '--schema', 'u@1')
    await produce('u', SHOWN, '--schema', 'u@2')
  })

  test.each(['table', 'jsonl', 'json'])(
    'a member ends there, and commits that (%s)',
    async (as) => {
      const line = ['consume', 'u', '--group', `g-${as}`, '-o', as]
      const run = await served.cli([...line, '--schema', 'u-strict'])
      expect(run.status).toBe(1)
      expect(run.stderr).toContain('Not shown, and so not processed: u-0, offset 1, /value: ')
      expect(run.stderr).toContain('millrace consume u --partition 0 --offset 1 -n 1 -o jsonl')
      if (as === 'table') expect(run.stdout.toString()).toBe(SHOWN)
      if (as === 'jsonl') expect(jsonLines(run)).toMatchObject([{ offset: 0 }])
      if (as === 'json') expect(JSON.parse(run.stdout.toString())).toMatchObject([{ offset: 0 }])
      const { members, offsets } = await served.client.groups.describe(`g-${as}`)
      expect(members).toEqual([])
      expect(offsets).toMatchObject([{ offset: 1 }])
      const rest = jsonLines(
        await served.cli(['consume', 'u', '--group', `g-${as}`, '-o', 'jsonl']),
      )
      expect(rest).toMatchObject([{ offset: 1 }, { offset: 2 }])
    },
  )

  test.each(['table', 'json'])(
    'a share group has it back, and those behind it (%s)',
    async (as) => {
      await served.client.shareGroups.put(`s-${as}`, { topics: ['u'], retryDelaysMs: [0] })
      const line = ['consume', '--share', `s-${as}`]
      const run = await served.cli([...line, '-o', as, '--schema', 'u-strict'])
      expect(run.status).toBe(1)
      expect(run.stderr).toContain('Not shown, and so not processed: u-0, offset 1, /value: ')
      if (as === 'table') expect(run.stdout.toString()).toBe(SHOWN)
      if (as === 'json') expect(JSON.parse(run.stdout.toString())).toMatchObject([{ offset: 0 }])
      const { partitions } = await served.client.shareGroups.describe(`s-${as}`)
      expect(partitions).toMatchObject([{ unsettled: 2, acquired: 0 }])
      const rest = jsonLines(await served.cli([...line, '-o', 'jsonl']))
      expect(rest).toMatchObject([{ offset: 1 }, { offset: 2 }])
    },
  )

  test('nor is one whose key cannot', async () => {
    await told('schema', 'register', 'uk', await file('uk.avsc', '"int"'))
    await told('schema', 'register', 'uk-text', await file('uk-text.avsc', '"string"'))
    await told('topic', 'create', 'keyed', '--config', 'keySchema=uk')
    await produce('keyed', '{"key":7,"value":"v"}\n', '--format', 'jsonl')
    const line = ['consume', 'keyed', '--group', 'g-keyed', '-o', 'jsonl']
    const run = await served.cli([...line, '--key-schema', 'uk-text'])
    expect(run).toMatchObject({ status: 1, stdout: Buffer.alloc(0) })
    expect(run.stderr).toContain('Not shown, and so not processed: keyed-0, offset 0, /key: ')
    expect(jsonLines(await served.cli(line))).toMatchObject([{ key: 7 }])
  })
})
