import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines, serve, type Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(async () => served[Symbol.asyncDispose]())

async function makeTopic(topic: string, partitions = 1): Promise<void> {
  await served.client.topics.create(topic, { partitions })
}

test('lines keep their bytes: CR, empty lines, what is not UTF-8, and a last line without an end', async () => {
  await makeTopic('bytes')
  const input = Buffer.concat([
    Buffer.from('a\r\n\nä\n'),
    Buffer.from([0xff, 0x00, 0xfe, 0x0a]),
    Buffer.from('last'),
  ])
  const produced = await served.cli(['produce', 'bytes'], { stdin: input })
  expect(produced.status).toBe(0)
  expect(produced.stderr).toMatch(/^5 records, 11 B, on disk/)
  expect(produced.stdout).toHaveLength(0)
  const consumed = await served.cli(['consume', 'bytes'])
  expect(consumed.stdout).toEqual(Buffer.concat([input, Buffer.from('\n')]))
})

test('a topic that is not there is made, where the server makes topics', async () => {
  await using dev = await serve({ 'broker.autoCreateTopics': 'true' })
  expect((await dev.cli(['produce', 'made'], { stdin: Buffer.from('one\n') })).status).toBe(0)
  expect((await dev.cli(['consume', 'made'])).stdout.toString()).toBe('one\n')
})

test('a file is produced by its name, from where the user stands', async () => {
  await makeTopic('file')
  await writeFile(join(served.directory, 'in.log'), 'one\ntwo\n')
  expect((await served.cli(['produce', 'file', 'in.log'])).status).toBe(0)
  expect((await served.cli(['consume', 'file'])).stdout.toString()).toBe('one\ntwo\n')
  const absent = await served.cli(['produce', 'file', 'absent.log'])
  expect(absent.status).toBe(3)
  expect(absent.stderr).toContain('absent.log')
})

test('keys, headers and line numbers go with the records', async () => {
  await makeTopic('headed')
  const run = await served.cli(
    ['produce', 'headed', '--key-json', '/u', '--header', 'from=test', '--line-header', 'n'],
    { stdin: Buffer.from('{"u":"x"}\n{"v":1}\n') },
  )
  expect(run.stderr).toContain('1 line had no key.')
  expect(jsonLines(await served.cli(['consume', 'headed', '-o', 'jsonl']))).toMatchObject([
    {
      key: 'x',
      value: { u: 'x' },
      headers: [
        { name: 'from', value: 'test' },
        { name: 'n', value: '1' },
      ],
    },
    { key: null, value: { v: 1 }, headers: [{ name: 'from' }, { name: 'n', value: '2' }] },
  ])
})

test('what consume -o jsonl prints, produce --format jsonl takes back, to the byte', async () => {
  await makeTopic('first')
  await makeTopic('second')
  const input = Buffer.from([0x6b, 0xff, 0x0a, 0x7b, 0x7d, 0x0a, 0x31, 0x2e, 0x30, 0x0a])
  await served.cli(['produce', 'first', '--key', 'k', '--header', 'a=b'], { stdin: input })
  const exported = await served.cli(['consume', 'first', '-o', 'jsonl'])
  const imported = await served.cli(['produce', 'second', '--format', 'jsonl'], {
    stdin: exported.stdout,
  })
  expect(imported.status).toBe(0)
  const again = await served.cli(['consume', 'second', '-o', 'jsonl'])
  expect(again.stdout.toString()).toBe(exported.stdout.toString())
})

test('--partition wins over the key', async () => {
  await makeTopic('placed', 4)
  await served.cli(['produce', 'placed', '--key', 'k', '--partition', '3'], {
    stdin: Buffer.from('x\n'),
  })
  expect(jsonLines(await served.cli(['consume', 'placed', '-o', 'jsonl']))).toMatchObject([
    { partition: 3, key: 'k' },
  ])
})

test('a line that is no record stops it: those before are on disk, and it says where to go on', async () => {
  await makeTopic('stopped')
  const input = Buffer.from('{"value":1}\n{"value":2}\nnonsense\n{"value":3}\n')
  const run = await served.cli(['produce', 'stopped', '--format', 'jsonl'], { stdin: input })
  expect(run.status).toBe(1)
  expect(run.stderr).toContain('Stopped: 2 lines on disk, all up to line 2.')
  expect(run.stderr).toContain('--from-line 3')
  expect(run.stderr).toContain('Line 3 is not a record')
  expect((await served.cli(['consume', 'stopped'])).stdout.toString()).toBe('1\n2\n')
})

test('--from-line goes on where it stopped, and line numbers stay those of the input', async () => {
  await makeTopic('resumed')
  await served.cli(['produce', 'resumed', '--from-line', '3', '--line-header', 'n'], {
    stdin: Buffer.from('a\nb\nc\nd\n'),
  })
  expect(jsonLines(await served.cli(['consume', 'resumed', '-o', 'jsonl']))).toMatchObject([
    { valueText: 'c', headers: [{ value: '3' }] },
    { valueText: 'd', headers: [{ value: '4' }] },
  ])
})

test('records go where they were, or with --ignore-partition where their key belongs', async () => {
  await makeTopic('one-partition')
  const stdin = Buffer.from('{"partition":3,"value":1}\n')
  const line = ['produce', 'one-partition', '--format', 'jsonl']
  const refused = await served.cli(line, { stdin })
  expect(refused.status).toBe(3)
  expect((await served.cli([...line, '--ignore-partition'], { stdin })).status).toBe(0)
})

test('an unknown topic is status 3 before anything is read', async () => {
  const run = await served.cli(['produce', 'no-such-topic'], { stdin: Buffer.from('x\n') })
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('To make it: millrace topic create no-such-topic')
})

test.each([
  ['two ways to a key', ['--key', 'a', '--key-json', '/b']],
  ['a pattern that is none', ['--key-regex', '(']],
  ['a key for records that have their own', ['--format', 'jsonl', '--key', 'a']],
  ['a partition that is no number', ['--partition', 'x']],
])('%s is status 2', async (_what, options) => {
  expect((await served.cli(['produce', 'bytes', ...options])).status).toBe(2)
})
