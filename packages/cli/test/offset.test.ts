import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines, serve, type Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
  await served.client.topics.create('orders', { partitions: 2 })
  const stdin = Buffer.from('a\nb\nc\nd\n')
  await served.cli(['produce', 'orders', '--partition', '0'], { stdin })
  await served.cli(['produce', 'orders', '--partition', '1'], { stdin })
})
afterAll(async () => served[Symbol.asyncDispose]())

test('a commit can be read back, with the lag', async () => {
  const run = await served.cli(['offset', 'commit', 'billing', 'orders', '0:1', '1:4'])
  expect(run.status).toBe(0)
  expect(jsonLines(await served.cli(['offset', 'ls', 'billing', '-o', 'jsonl']))).toMatchObject([
    { topic: 'orders', partition: 0, offset: 1, lag: 3 },
    { topic: 'orders', partition: 1, offset: 4, lag: 0 },
  ])
  expect(jsonLines(await served.cli(['offset', 'ls', '-o', 'jsonl']))).toContainEqual({
    group: 'billing',
    state: 'Empty',
  })
})

test('--offset commits the same in every partition, or in those that are named', async () => {
  await served.cli(['offset', 'commit', 'same', 'orders', '--offset', 'latest'])
  await served.cli(['offset', 'commit', 'same', 'orders', '--offset', '2', '--partition', '1'])
  expect(jsonLines(await served.cli(['offset', 'ls', 'same', '-o', 'jsonl']))).toMatchObject([
    { partition: 0, offset: 4 },
    { partition: 1, offset: 2 },
  ])
})

test('reset shows what would move, and moves with --yes', async () => {
  await served.cli(['offset', 'commit', 'moved', 'orders', '0:3', '1:3'])
  const line = ['offset', 'reset', 'moved', 'orders', '--shift=-2', '-o', 'jsonl']
  const shown = await served.cli(line)
  expect(jsonLines(shown)).toMatchObject([
    { partition: 0, from: 3, to: 1 },
    { partition: 1, from: 3, to: 1 },
  ])
  expect(shown.stderr).toContain('Nothing was moved. To do it, add --yes')
  const offsets = async () => jsonLines(await served.cli(['offset', 'ls', 'moved', '-o', 'jsonl']))
  expect(await offsets()).toMatchObject([{ offset: 3 }, { offset: 3 }])
  expect((await served.cli([...line, '--yes', '--partition', '1'])).status).toBe(0)
  expect(await offsets()).toMatchObject([{ offset: 3 }, { offset: 1 }])
})

test('history shows each commit, the newest first', async () => {
  await served.cli(['offset', 'commit', 'told', 'orders', '0:1', '--metadata', 'first'])
  await served.cli([
    'offset',
    'reset',
    'told',
    'orders',
    '--to',
    'latest',
    '--partition',
    '0',
    '-y',
  ])
  const history = ['offset', 'history', 'told', '-o', 'jsonl']
  expect(jsonLines(await served.cli(history))).toMatchObject([
    { partition: 0, offset: 4, by: 'reset' },
    { partition: 0, offset: 1, metadata: 'first' },
  ])
  expect(jsonLines(await served.cli([...history, '-n', '1']))).toHaveLength(1)
})

test('an offset beyond the end is status 4, and nothing of the commit is kept', async () => {
  const run = await served.cli(['offset', 'commit', 'none', 'orders', '0:1', '1:99'])
  expect(run.status).toBe(4)
  expect((await served.cli(['offset', 'ls', 'none'])).status).toBe(3)
})

test.each([
  [['commit', 'g', 'orders']],
  [['commit', 'g', 'orders', '0:1', '--offset', 'latest']],
  [['commit', 'g', 'orders', 'zero:1']],
  [['commit', 'g', 'orders', '--offset', 'middle']],
  [['reset', 'g', 'orders']],
  [['reset', 'g', 'orders', '--to', 'earliest', '--shift', '1']],
  [['reset', 'g', 'orders', '--to', 'middle']],
  [['ls', '../g']],
])('offset %j is status 2', async (line) => {
  expect((await served.cli(['offset', ...line])).status).toBe(2)
})
