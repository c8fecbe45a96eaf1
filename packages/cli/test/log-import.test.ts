import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@millrace/client'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { jsonLines } from './served.ts'
import { serveInProcess } from './served-process.ts'

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url))

let directory: TempDirectory
beforeEach(async () => {
  directory = await makeTempDirectory()
})
afterEach(async () => directory[Symbol.asyncDispose]())

const cli = (...line: readonly string[]) => runCli(line, { directory: directory.path })

test('a partition of Kafka’s is brought in, read with its offsets, and written on', async () => {
  const run = await cli('log', 'import', join(FIXTURES, 'c-0'), '--topic', 'brought')
  expect(run.status).toBe(0)
  expect(run.stdout.toString()).toContain('Brought in brought-0: offsets 0 to 29, 4 segments')
  expect((await cli('log', 'verify', 'data')).status).toBe(0)
  // How large it is to be is the server's setting.
  expect(await readdir(join(directory.path, 'data'))).not.toContain('reserve')

  await using server = await serveInProcess(join(directory.path, 'data'))
  const here = ['--server', server.url]
  const records = jsonLines(await cli('consume', 'brought', '-o', 'jsonl', ...here))
  expect(records).toHaveLength(30)
  expect(records[29]).toMatchObject({ partition: 0, offset: 29, key: 'd1', valueText: 'z9' })
  await createClient(server.url).offsets.commit('g', [
    { topic: 'brought', partition: 0, offset: 30 },
  ])
  await runCli(['produce', 'brought', ...here], { stdin: Buffer.from('new\n') })
  expect((await cli('consume', 'brought', '--offset', '30', ...here)).stdout.toString()).toBe(
    'new\n',
  )
})

test('a transaction that has not ended is refused unless it is told otherwise: status 4', async () => {
  const refused = await cli('log', 'import', join(FIXTURES, 'g-0'))
  expect(refused.status).toBe(4)
  expect(refused.stderr).toContain('--open-transactions keep')
  expect(await readdir(directory.path)).toEqual([])
  const kept = await cli('log', 'import', join(FIXTURES, 'g-0'), '--open-transactions', 'keep')
  expect(kept.status).toBe(0)
  expect((await cli('log', 'verify', 'data', '--topic', 'g')).status).toBe(0)
})

test('a partition that is there already is not overwritten: status 4', async () => {
  await cli('log', 'import', join(FIXTURES, 'c-0'))
  const again = await cli('log', 'import', join(FIXTURES, 'c-0'))
  expect(again.status).toBe(4)
  expect(again.stderr).toContain('has a partition c-0 already')
})

test('of a damaged one, what is sound comes in with --yes, and the rest is set aside', async () => {
  await cp(join(FIXTURES, 'c-0'), join(directory.path, 'c-0'), { recursive: true })
  const path = join(directory.path, 'c-0', '00000000000000000012.log')
  const bytes = await readFile(path)
  bytes[100] = bytes[100]! ^ 1
  await writeFile(path, bytes)
  const refused = await cli('log', 'import', 'c-0')
  expect(refused.status).toBe(7)
  expect(refused.stderr).toContain('DAMAGE')
  const kept = await cli('log', 'import', 'c-0', '--yes', '-o', 'json')
  expect(kept.status).toBe(0)
  const { setAside } = JSON.parse(kept.stdout.toString()) as { setAside: readonly string[] }
  expect(setAside).toHaveLength(1)
  expect(await readFile(setAside[0]!)).toEqual(bytes.subarray(0, 111))
  expect(await readFile(path)).toEqual(bytes)
})

test('a directory that does not say which partition it is: status 2', async () => {
  await cp(join(FIXTURES, 'c-0'), join(directory.path, 'backup'), { recursive: true })
  const run = await cli('log', 'import', 'backup')
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('Give --topic and --partition.')
  expect((await cli('log', 'import', 'absent-0')).status).toBe(3)
})

test('a data directory that a server has open is left alone: status 4', async () => {
  await using _server = await serveInProcess(join(directory.path, 'data'))
  const run = await cli('log', 'import', join(FIXTURES, 'c-0'))
  expect(run.status).toBe(4)
  expect(run.stderr).toContain('has held')
})
