import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@millrace/client'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { jsonLines } from './served.ts'
import { serveInProcess } from './served-process.ts'

const SEGMENT = join('topics', 'orders-0', '00000000000000000000.log')

test('a damaged segment: shown first, then repaired; the rest is served, and offsets go on', async () => {
  await using directory = await makeTempDirectory()
  const data = join(directory.path, 'data')
  const server = await serveInProcess(data)
  await createClient(server.url).topics.create('orders', { partitions: 1 })
  for (const value of ['one', 'two', 'three']) {
    const line = ['produce', 'orders', '--server', server.url]
    await runCli(line, { stdin: Buffer.from(`${value}\n`) })
  }
  await server.stop()
  const segment = join(data, SEGMENT)
  const bytes = await readFile(segment)
  bytes.write('T', bytes.indexOf('two'))
  await writeFile(segment, bytes)

  const shown = await runCli(['log', 'repair', data])
  expect(shown.status).toBe(0)
  expect(shown.stdout.toString()).toContain('Would be lost: orders-0, offsets 1 to 1 (1 offset)')
  expect(shown.stderr).toContain('--yes')
  expect(await readFile(segment)).toEqual(bytes)

  const done = await runCli(['log', 'repair', data, '--yes', '-o', 'jsonl'])
  expect(done.status).toBe(0)
  expect(jsonLines(done)).toMatchObject([
    { isDone: true, partitions: [{ name: 'orders-0', lost: [{ from: 1, to: 1 }] }] },
  ])
  expect((await runCli(['log', 'verify', data])).status).toBe(0)
  expect((await runCli(['log', 'repair', data])).stderr).toContain('nothing to do')

  await using again = await serveInProcess(data)
  const line = ['produce', 'orders', '--server', again.url]
  await runCli(line, { stdin: Buffer.from('four\n') })
  const read = await runCli(['consume', 'orders', '--server', again.url, '-o', 'jsonl'])
  expect(jsonLines(read)).toMatchObject([{ offset: 0 }, { offset: 2 }, { offset: 3 }])
})

test('a directory that is none of ours is status 3; one that a server holds is status 4', async () => {
  await using directory = await makeTempDirectory()
  expect((await runCli(['log', 'repair', directory.path])).status).toBe(3)
  const data = join(directory.path, 'data')
  await using _server = await serveInProcess(data)
  expect((await runCli(['log', 'repair', data])).status).toBe(4)
})

test('without its manifest there is nothing to repair in place: status 7, and what is left to do', async () => {
  await using directory = await makeTempDirectory()
  const data = join(directory.path, 'data')
  const server = await serveInProcess(data)
  await server.stop()
  await writeFile(join(data, 'checkpoint'), 'nonsense')
  const run = await runCli(['log', 'repair', data])
  expect(run.status).toBe(7)
  expect(run.stderr).toContain('millrace log import DIR --data-dir NEW')
  expect((await runCli(['log', 'verify', data])).status).toBe(7)
})
