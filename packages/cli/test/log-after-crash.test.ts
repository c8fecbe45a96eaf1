import { createHash } from 'node:crypto'
import { appendFile, cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@millrace/client'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { jsonLines } from './served.ts'
import { serveInProcess } from './served-process.ts'

const COUNT = 500
const MiB = 1024 * 1024

/** A store as kill -9 leaves it, right after everything was acknowledged. */
let directory: TempDirectory
const data = () => join(directory.path, 'data')

beforeAll(async () => {
  directory = await makeTempDirectory()
  const server = await serveInProcess(data())
  const client = createClient(server.url)
  await client.topics.create('orders', { partitions: 2, config: { segmentBytes: 2 * MiB } })
  const producer = client.producer('orders')
  const sent = Array.from({ length: COUNT }, (_, index) =>
    producer.send({ key: `k${index}`, value: `value ${index}` }),
  )
  await producer.flush()
  await Promise.all(sent)
  await server.kill()
})
afterAll(async () => directory[Symbol.asyncDispose]())

async function contentOfFiles(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const entry of await readdir(data(), { recursive: true, withFileTypes: true })) {
    // Who looks takes the lock, and lets it go.
    if (!entry.isFile() || entry.name.startsWith('LOCK')) continue
    const path = join(entry.parentPath, entry.name)
    found.set(
      path,
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    )
  }
  return found
}

test('what was acknowledged is seen, though only the journal may have it, and nothing is changed', async () => {
  const before = await contentOfFiles()
  const dump = await runCli(['log', 'dump', data(), '--topic', 'orders', '--values', '-o', 'jsonl'])
  const values = jsonLines(dump).flatMap((entry) => {
    return typeof entry === 'object' && entry !== null && 'valueText' in entry
      ? [entry.valueText]
      : []
  })
  const wanted = Array.from({ length: COUNT }, (_, index) => `value ${index}`)
  expect(values.map(String).toSorted()).toEqual(wanted.toSorted())
  const found = await runCli(['log', 'grep', 'value 499', data()])
  expect(found.stdout.toString()).toMatch(/^orders-\d:\d+ \S+ k499 value 499\n$/)
  const verified = await runCli(['log', 'verify', data()])
  expect(verified.status).toBe(0)
  expect(verified.stdout.toString()).toContain('Sound: ')
  expect(await contentOfFiles()).toEqual(before)
})

test('an index that was being written is no damage: the next start makes it again', async () => {
  const copy = join(directory.path, 'index-half-written')
  await cp(data(), copy, { recursive: true })
  const segment = join(copy, 'topics', 'orders-0', '00000000000000000000')
  for (const kind of ['index', 'timeindex']) await appendFile(`${segment}.${kind}`, 'half of')
  const verified = await runCli(['log', 'verify', copy])
  expect(verified.stdout.toString()).not.toContain('DAMAGE')
  expect(verified.status).toBe(0)
})

test('how full a segment is follows from what its topic says', async () => {
  const line = ['log', 'ls', data(), '--topic', 'orders', '-o', 'jsonl']
  const rows = jsonLines(await runCli(line)) as { bytes: number; full: number }[]
  expect(rows).toHaveLength(2)
  for (const { bytes, full } of rows) expect(full).toBe(bytes / (2 * MiB))
})

test('indexes are not made again before the journal is in the segments: status 4, and what to do', async () => {
  const run = await runCli(['log', 'reindex', data(), '--yes'])
  expect(run.status).toBe(4)
  expect(run.stderr).toContain('Start it, and stop it with SIGTERM')
})
