import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines, serve, type Served } from './served.ts'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(async () => served[Symbol.asyncDispose]())

test('a topic is made, listed, described, changed and deleted', async () => {
  const { cli } = served
  const made = await cli(['topic', 'create', 'orders', '-p', '3', '--config', 'retentionMs=-1'])
  expect(made.status).toBe(0)
  expect(made.stdout.toString()).toMatch(/^topic +orders\n/)

  expect(jsonLines(await cli(['topic', 'ls', '-o', 'jsonl']))).toMatchObject([
    { name: 'orders', partitions: 3 },
  ])

  const altered = await cli([
    'topic',
    'alter',
    'orders',
    '-p',
    '6',
    '--config',
    'retentionMs=default',
  ])
  expect(altered.stderr).toMatch(/^Note: /)
  expect(jsonLines(await cli(['topic', 'describe', 'orders', '-o', 'jsonl']))).toMatchObject([
    { name: 'orders', config: { retentionMs: 604_800_000 }, partitions: { length: 6 } },
  ])

  const shown = await cli(['topic', 'delete', 'orders'])
  expect(shown.stdout.toString()).toMatch(
    /^Would delete orders: 6 partitions, 0 records.* add --yes\n$/,
  )
  expect(jsonLines(await cli(['topic', 'ls', '-o', 'jsonl']))).toHaveLength(1)

  expect((await cli(['topic', 'delete', 'orders', '--yes'])).status).toBe(0)
  const none = await cli(['topic', 'ls'])
  expect(none.stdout).toHaveLength(0)
  expect(none.stderr).toContain('millrace topic create')
})

test('making a topic that is there otherwise is status 4', async () => {
  const { cli } = served
  expect((await cli(['topic', 'create', 'taken', '-p', '2'])).status).toBe(0)
  expect((await cli(['topic', 'create', 'taken', '-p', '2'])).status).toBe(0)
  const other = await cli(['topic', 'create', 'taken', '-p', '3'])
  expect(other.status).toBe(4)
  expect(other.stderr).toContain('millrace topic describe')
})

test('an unknown topic is status 3, and the nearest is named', async () => {
  const { cli, client } = served
  await client.topics.create('payments')
  const run = await cli(['topic', 'describe', 'paymnets'])
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('There is no topic paymnets.\nDid you mean payments?')
})

test('a setting that topics do not have is status 2, and the nearest is named', async () => {
  const run = await served.cli(['topic', 'create', 'x', '--config', 'retentionMS=1'])
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('Did you mean retentionMs?')
})

test('trim shows what would go, and lets it go with --yes', async () => {
  const { cli, client } = served
  await client.topics.create('trimmed')
  await cli(['produce', 'trimmed'], { stdin: Buffer.from('a\nb\nc\n') })
  const line = ['topic', 'trim', 'trimmed', '--partition', '0', '--before', '2']
  expect((await cli(line)).stdout.toString()).toContain('Would let go of offsets 0 to 1')
  expect((await cli(['consume', 'trimmed'])).stdout.toString()).toBe('a\nb\nc\n')
  expect((await cli([...line, '--yes'])).status).toBe(0)
  expect((await cli(['consume', 'trimmed'])).stdout.toString()).toBe('c\n')
})

test('status is for people and for programs', async () => {
  const { cli, dataDirectory } = served
  const people = await cli(['status'])
  expect(people.stdout.toString()).toContain(`data directory  ${dataDirectory}\n`)
  const programs = await cli(['status', '-o', 'json'])
  expect(JSON.parse(programs.stdout.toString())).toMatchObject({ state: 'ready', dataDirectory })
})
