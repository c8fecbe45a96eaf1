import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
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

test('a .txnindex of Kafka’s that is gone, or wrong, is made again byte for byte', async () => {
  await using directory = await makeTempDirectory()
  const partition = join(directory.path, 'g-0')
  await cp(join(import.meta.dirname, '../../log/test/fixtures/partition-clean/g-0'), partition, {
    recursive: true,
  })
  const path = join(partition, '00000000000000000016.txnindex')
  const before = await readFile(path)
  const spoiled = Buffer.from(before)
  spoiled.writeUInt8(1, spoiled.length - 9)
  const ways = [() => rm(path), () => writeFile(path, spoiled)]
  for (const spoil of ways) {
    await spoil()
    expect((await runCli(['log', 'verify', partition])).status).not.toBe(0)
    const run = await runCli([
      'log',
      'reindex',
      partition,
      '--yes',
      '--index-interval-bytes',
      '150',
    ])
    expect(run.status).toBe(0)
    expect(await readFile(path)).toEqual(before)
    expect((await runCli(['log', 'verify', partition])).status).toBe(0)
  }
})
