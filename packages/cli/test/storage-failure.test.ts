import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '@millrace/client'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { runCli, spawnCli } from './run-cli.ts'
import { serveInProcess } from './served-process.ts'

const PRELOAD = new URL('failing-fdatasync.ts', import.meta.url).href

test('after a sync that failed the server acknowledges nothing more, says why, and ends with status 6', async () => {
  await using directory = await makeTempDirectory()
  const data = join(directory.path, 'data')
  const marker = join(directory.path, 'broken')
  const environment = { NODE_OPTIONS: `--import=${PRELOAD}`, FDATASYNC_FAILS_WITH: marker }
  const child = spawnCli(['serve', '--http-port', '0', '--data-dir', data], { environment })
  const exit = once(child, 'exit')
  const told: string[] = []
  const address = Promise.withResolvers<string>()
  const lines = createInterface(child.stderr)
  lines.on('line', (line) => {
    told.push(line)
    const [url] = /http:\/\/[\d.]+:\d+/.exec(line) ?? []
    if (url !== undefined) address.resolve(url)
  })
  const closed = once(lines, 'close')
  const client = createClient(await address.promise, { retryForMs: 0 })
  await client.topics.create('t')
  await using producer = client.producer('t', { deliveryTimeoutMs: 100 })
  await producer.send({ value: 'before' })

  await writeFile(marker, '')
  await expect(producer.send({ value: 'after' })).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  expect(await exit).toEqual([6, null])
  await closed
  const fatal = told.find((line) => line.includes('"level":"fatal"')) ?? ''
  expect(JSON.parse(fatal)).toMatchObject({
    code: 'STORAGE_FAILED',
    detail: expect.stringContaining('EIO') as string,
    msg: 'The disk failed; nothing more is accepted until the next start.',
  })
  expect(told.at(-2)).toContain('millrace: A write to the disk failed; nothing more is accepted.')
  expect(told.at(-1)).toContain('dmesg')

  await using again = await serveInProcess(data)
  const read = await runCli(['consume', 't', '--server', again.url])
  expect(read.stdout.toString().split('\n')[0]).toBe('before')
})

test('a sync that fails at the start: status 6, the file, and what to look at', async () => {
  await using directory = await makeTempDirectory()
  const data = join(directory.path, 'data')
  const marker = join(directory.path, 'broken')
  await writeFile(marker, '')
  const environment = { NODE_OPTIONS: `--import=${PRELOAD}`, FDATASYNC_FAILS_WITH: marker }
  const run = await runCli(['serve', '--http-port', '0', '--data-dir', data], { environment })
  expect(run.status).toBe(6)
  expect(run.stderr).toMatch(/millrace: Syncing .+ failed: EIO/)
  expect(run.stderr).toContain('dmesg')
  expect(run.stderr).not.toContain('bug')
})
