import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { jsonLines, serve } from './served.ts'

const ITEM = { type: 'record', name: 'Item', fields: [{ name: 'sku', type: 'string' }] }
const ORDER = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'total', type: 'long' },
    { name: 'item', type: ['null', 'Item'], default: null },
  ],
}
const SEGMENT = '00000000000000000000.log'

/** A data directory with Avro in it, whose server is down. */
async function stopped(): Promise<{ readonly path: string } & AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  const directory = opened.use(await makeTempDirectory())
  {
    await using served = await serve({ dataDir: join(directory.path, 'data') })
    const { schemas, topics } = served.client
    await schemas.register('item', { schema: ITEM })
    const references = [{ name: 'Item', subject: 'item', version: 1 }]
    await schemas.register('o', { schema: ORDER, references })
    await schemas.register('k', { schema: { type: 'long' } })
    const held = (subject: string) => ({ subject, onMisfit: 'reject' }) as const
    await topics.create('o', { config: { valueSchema: held('o'), keySchema: held('k') } })
    const value = '{"total":9007199254740993,"item":{"sku":"a"}}'
    const stdin = Buffer.from(`{"key":5,"value":${value}}\n`)
    const run = await served.cli(['produce', 'o', '--format', 'jsonl'], { stdin })
    expect(run.status).toBe(0)
    await topics.create('plain')
    await served.cli(['produce', 'plain'], { stdin: Buffer.from('text\n') })
  }
  const kept = opened.move()
  return { path: directory.path, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

let directory: Awaited<ReturnType<typeof stopped>>
beforeAll(async () => {
  directory = await stopped()
})
afterAll(async () => directory[Symbol.asyncDispose]())

const JSON_TEXT = '{"total":9007199254740993,"item":{"sku":"a"}}'

test('log dump shows keys and values as JSON, by the registry of the data directory', async () => {
  const options = { directory: directory.path }
  const run = await runCli(['log', 'dump', 'data', '--topic', 'o', '--values'], options)
  expect(run).toMatchObject({ status: 0, stderr: '' })
  expect(run.stdout.toString()).toContain(
    ` keySchemaId: 3 keyJson: 5 valueSchemaId: 2 valueJson: ${JSON_TEXT}\n`,
  )
  const json = await runCli(
    ['log', 'dump', 'data', '--topic', 'o', '--values', '-o', 'jsonl'],
    options,
  )
  expect(json.stdout.toString()).toContain(`"valueDatum":{"schemaId":2,"json":${JSON_TEXT}}`)
  const partition = await runCli(['log', 'dump', 'data/topics/o-0', '--values'], options)
  expect(partition.stdout.toString()).toContain(`valueJson: ${JSON_TEXT}\n`)
  const plain = await runCli(['log', 'dump', 'data', '--topic', 'plain', '--values'], options)
  expect(plain.stdout.toString()).toMatch(/ payload: text\n/)
})

test('what reads schemas offline loads no database', async () => {
  const environment = { NODE_V8_COVERAGE: join(directory.path, 'coverage') }
  await runCli(['log', 'dump', 'data', '--values'], { directory: directory.path, environment })
  const reports = await readdir(join(directory.path, 'coverage'))
  const texts = await Promise.all(
    reports.map(async (name) => readFile(join(directory.path, 'coverage', name), 'utf8')),
  )
  expect(texts.join('')).toContain('/avro/src/avro-codec.ts')
  expect(texts.join('')).not.toMatch(/\/(lmdb|avsc)\//)
})

test('log grep shows them, too', async () => {
  const options = { directory: directory.path }
  const run = await runCli(['log', 'grep', 'a', 'data', '--topic', 'o'], options)
  expect(run.stdout.toString()).toMatch(
    new RegExp(`^o-0:0 \\S+ 5 ${JSON_TEXT.replaceAll(/[{}]/g, '\\$&')}\n$`),
  )
  const json = await runCli(['log', 'grep', 'a', 'data', '--topic', 'o', '-o', 'jsonl'], options)
  expect(jsonLines(json)).toMatchObject([{ key: 5, value: { item: { sku: 'a' } } }])
})

test.each([
  ['"total":9007199254740993'],
  ['"SKU":"A"', '--ignore-case'],
  ['^5$', '--regex', '--in', 'key'],
])('log grep finds %s in what is shown', async (pattern, ...options) => {
  const line = ['log', 'grep', pattern, 'data', '--topic', 'o', ...options]
  const run = await runCli(line, { directory: directory.path })
  expect(run).toMatchObject({ status: 0, stderr: '' })
  expect(run.stdout.toString()).toContain(JSON_TEXT)
})

test('a schema file reads what lies somewhere without a registry', async () => {
  const options = { directory: directory.path }
  await mkdir(join(directory.path, 'copy'))
  await copyFile(
    join(directory.path, 'data/topics/o-0', SEGMENT),
    join(directory.path, 'copy', SEGMENT),
  )
  const whole = { ...ORDER, fields: [ORDER.fields[0], { name: 'item', type: ['null', ITEM] }] }
  await writeFile(join(directory.path, 'o.avsc'), JSON.stringify(whole))
  const run = await runCli(['log', 'dump', `copy/${SEGMENT}`, '--schema', 'o.avsc'], options)
  expect(run.stdout.toString()).toContain(` valueSchemaId: 2 valueJson: ${JSON_TEXT}\n`)
  await writeFile(
    join(directory.path, 'other.avsc'),
    '{"type":"record","name":"Order","fields":[{"name":"x","type":"int"}]}',
  )
  const resolved = await runCli(
    ['log', 'dump', 'data', '--topic', 'o', '--schema', 'other.avsc'],
    options,
  )
  expect(resolved.status).toBe(0)
  expect(resolved.stdout.toString()).toContain(
    'valueError: /value: Schema 2 cannot be read by other.avsc: ',
  )
  const absent = await runCli(['log', 'dump', 'data', '--schema', 'absent.avsc'], options)
  expect(absent.status).toBe(3)
})
