import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { runCli } from './run-cli.ts'
import { serveInProcess } from './served-process.ts'

const MiB = 1024 * 1024
const LINES = Buffer.from(`${'x'.repeat(1000)}\n`.repeat(2500))

test('indexes are made again as the topic has them, byte for byte, whatever its settings', async () => {
  await using directory = await makeTempDirectory()
  const data = join(directory.path, 'data')
  const server = await serveInProcess(data)
  const online = (line: readonly string[]) => {
    return runCli([...line, '--server', server.url], { stdin: LINES })
  }
  const settings = [`segmentBytes=${MiB}`, 'indexIntervalBytes=700000']
  await online(['topic', 'create', 't', ...settings.flatMap((one) => ['--config', one])])
  expect((await online(['produce', 't'])).status).toBe(0)
  expect(await server.stop()).toBe(0)
  const partition = join(data, 'topics', 't-0')
  const closed = (await readdir(partition)).filter((name) => name.endsWith('.index')).slice(0, -1)
  expect(closed.length).toBeGreaterThan(0)

  const [first = ''] = closed
  const before = await readFile(join(partition, first))
  await rm(join(partition, first))
  expect((await runCli(['log', 'reindex', data, '--yes'])).status).toBe(0)
  expect(await readFile(join(partition, first))).toEqual(before)

  const all = await runCli(['log', 'reindex', data, '--all'])
  expect(all.stdout).toHaveLength(0)
  expect(all.stderr).toContain('nothing to do')
})
