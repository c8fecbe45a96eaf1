import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spawnCli } from './run-cli.ts'
import { jsonLines, serve, type Served } from './served.ts'

const FIRST_MS = 1_700_000_000_000

let served: Served
beforeAll(async () => {
  served = await serve()
  await served.client.topics.create('ten')
  const records = Array.from({ length: 10 }, (_, index) => ({
    key: index % 2 === 0 ? 'even' : 'odd',
    valueText: `r${index}`,
    timestamp: FIRST_MS + index * 1000,
  }))
  await served.cli(['produce', 'ten', '--format', 'jsonl'], {
    stdin: Buffer.from(records.map((record) => JSON.stringify(record)).join('\n')),
  })
})
afterAll(async () => served[Symbol.asyncDispose]())

async function values(...options: readonly string[]): Promise<string> {
  const run = await served.cli(['consume', 'ten', ...options])
  expect(run.stderr).toBe('')
  expect(run.status).toBe(0)
  return run.stdout.toString().trimEnd().replaceAll('\n', ' ')
}

describe('where reading begins and ends', () => {
  test.each([
    [['--offset', '7'], 'r7 r8 r9'],
    [['--offset', 'earliest', '-n', '2'], 'r0 r1'],
    [['--offset', 'latest'], ''],
    [['--last', '2'], 'r8 r9'],
    [['--from', String(FIRST_MS + 6500)], 'r7 r8 r9'],
    [['--from', new Date(FIRST_MS + 7000).toISOString()], 'r7 r8 r9'],
    [['--until', String(FIRST_MS + 2000)], 'r0 r1'],
    [['--from', String(FIRST_MS + 2000), '--until', String(FIRST_MS + 4000)], 'r2 r3'],
    [['--key', 'odd', '-n', '3'], 'r1 r3 r5'],
    [['--key', 'odd', '--offset', '4', '--until', String(FIRST_MS + 8000)], 'r5 r7'],
    [['--key', 'none'], ''],
    [['--partition', '0', '--offset', '9'], 'r9'],
  ])('%j gives %s', async (options, expected) => {
    expect(await values(...options)).toBe(expected)
  })
})

test('-o json is one array, also of nothing', async () => {
  const run = await served.cli(['consume', 'ten', '--last', '1', '-o', 'json'])
  expect(JSON.parse(run.stdout.toString())).toMatchObject([{ offset: 9, key: 'odd' }])
  const none = await served.cli(['consume', 'ten', '--offset', 'latest', '-o', 'json'])
  expect(none.stdout.toString()).toBe('[]\n')
})

test('a tombstone leaves no line, is counted, and shown by -o jsonl', async () => {
  await served.client.topics.create('tombs')
  await served.cli(['produce', 'tombs', '--format', 'jsonl'], {
    stdin: Buffer.from('{"key":"a","value":null}\n{"key":"b","valueText":""}\n'),
  })
  const plain = await served.cli(['consume', 'tombs'])
  expect(plain.stdout.toString()).toBe('\n')
  expect(plain.stderr).toContain('1 record had no value')
  const whole = jsonLines(await served.cli(['consume', 'tombs', '-o', 'jsonl']))
  expect(whole).toMatchObject([{ value: null }, { valueText: '' }])
})

test('--follow prints what comes, and an interruption is status 130', async () => {
  await served.client.topics.create('live')
  const child = spawnCli(['consume', 'live', '--follow', '--server', served.url])
  const exit = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  await served.cli(['produce', 'live'], { stdin: Buffer.from('first\n') })
  expect(await lines.next()).toEqual({ done: false, value: 'first' })
  await served.cli(['produce', 'live'], { stdin: Buffer.from('second\n') })
  expect(await lines.next()).toEqual({ done: false, value: 'second' })
  child.kill('SIGINT')
  expect(await exit).toEqual([130, null])
})

test('a reader that has enough closes the pipe, and that is success', async () => {
  await served.client.topics.create('long')
  const line = 'x'.repeat(1000)
  await served.cli(['produce', 'long'], { stdin: Buffer.from(`${line}\n`.repeat(2000)) })
  const child = spawnCli(['consume', 'long', '--server', served.url])
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [status] = await once(child, 'exit')
  expect(status).toBe(0)
  expect(errors.join('')).toBe('')
})

test('an offset that the partition does not hold is status 4, with what it holds', async () => {
  const run = await served.cli(['consume', 'ten', '--offset', '11'])
  expect(run.status).toBe(4)
  expect(run.stderr).toContain('It holds 0 to 9; the next record gets 10.')
})

test.each([
  [['--offset', '1', '--last', '1']],
  [['--follow', '--until', 'now']],
  [['--offset', 'middle']],
  [['--from', 'yesterday']],
  [['-n', '0']],
])('%j is status 2', async (options) => {
  expect((await served.cli(['consume', 'ten', ...options])).status).toBe(2)
})

test('a partition that is not there is status 3', async () => {
  const run = await served.cli(['consume', 'ten', '--partition', '4'])
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('It has 1, from 0 to 0.')
})
