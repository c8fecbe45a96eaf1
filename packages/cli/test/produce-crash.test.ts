import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createClient } from '@millrace/client'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { runCli, spawnCli } from './run-cli.ts'
import { serveInProcess } from './served-process.ts'

/** One that nobody had a moment ago: a server can be started again on it. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? String(address.port) : ''
}

/** Waits at the end of the topic until a record comes. */
async function untilSomeAreThere(url: string, topic: string, wanted = 1): Promise<void> {
  await using consumer = createClient(url).consumer(topic)
  let read = 0
  for await (const _record of consumer) {
    read += 1
    if (read === wanted) return
  }
}

test('kill -9 of the server in the middle: produce waits for the next one, and each line is there once', async () => {
  await using directory = await makeTempDirectory()
  const data = join(directory.path, 'data')
  const port = await freePort()
  const first = await serveInProcess(data, ['--http-port', port])
  await createClient(first.url).topics.create('t', { partitions: 3 })
  const child = spawnCli(['produce', 't', '--server', first.url, '--line-header', 'n'])
  const told: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk))
  const exit = once(child, 'exit')
  const lines = Array.from({ length: 30_000 }, (_, index) => `line ${index + 1}\n`)
  child.stdin.write(lines.slice(0, 15_000).join(''))
  // Some are there, and more are on their way.
  await untilSomeAreThere(first.url, 't')
  await first.kill()
  child.stdin.end(lines.slice(15_000).join(''))
  await using second = await serveInProcess(data, ['--http-port', port])
  expect(await exit).toEqual([0, null])
  expect(Buffer.concat(told).toString()).toContain('30,000 records')
  const read = await runCli(['consume', 't', '--server', second.url])
  const sorted = (text: string) => text.split('\n').toSorted()
  expect(sorted(read.stdout.toString())).toEqual(sorted(lines.join('')))
})

test('a server that does not come back: status 6, how many lines are on disk, and where to go on', async () => {
  await using directory = await makeTempDirectory()
  const server = await serveInProcess(join(directory.path, 'data'))
  await createClient(server.url).topics.create('t')
  const child = spawnCli(['produce', 't', '--server', server.url, '--retry-for', '250ms'])
  const told: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk))
  const exit = once(child, 'exit')
  child.stdin.write('one\ntwo\n')
  await untilSomeAreThere(server.url, 't', 2)
  await server.kill()
  child.stdin.end('three\n')
  expect(await exit).toEqual([6, null])
  const text = Buffer.concat(told).toString()
  expect(text).toContain('Stopped: 2 lines on disk, all up to line 2.')
  expect(text).toContain('--from-line 3')
})

test('an interruption ends the reading: status 130, what was read is on disk, and it says where to go on', async () => {
  await using directory = await makeTempDirectory()
  await using server = await serveInProcess(join(directory.path, 'data'))
  await createClient(server.url).topics.create('t')
  const child = spawnCli(['produce', 't', '--server', server.url])
  const told: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk))
  const exit = once(child, 'exit')
  child.stdin.write('one\ntwo\n')
  await untilSomeAreThere(server.url, 't', 2)
  child.kill('SIGINT')
  expect(await exit).toEqual([130, null])
  expect(Buffer.concat(told).toString()).toContain('Stopped: 2 lines on disk, all up to line 2.')
})
