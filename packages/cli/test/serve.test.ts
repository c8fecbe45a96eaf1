import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '@millrace/client'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli, spawnCli } from './run-cli.ts'
import { serveInProcess } from './served-process.ts'

let directory: TempDirectory
beforeEach(async () => {
  directory = await makeTempDirectory()
})
afterEach(async () => directory[Symbol.asyncDispose]())

const data = () => join(directory.path, 'data')

test('SIGTERM stops it in order: status 0, and the next start finds it as it was closed', async () => {
  await using first = await serveInProcess(data())
  await createClient(first.url).topics.create('t')
  expect(await first.stop()).toBe(0)
  await using second = await serveInProcess(data())
  expect(await createClient(second.url).status()).toMatchObject({
    lastRecovery: { wasClean: true },
  })
})

test('SIGINT does the same', async () => {
  const child = spawnCli(['serve', '--http-port', '0', '--data-dir', data()])
  await once(child.stderr, 'data')
  child.kill('SIGINT')
  const [status] = await once(child, 'exit')
  expect(status).toBe(0)
})

test('after kill -9 the start says that it recovered, in one line of JSON', async () => {
  const first = await serveInProcess(data())
  await createClient(first.url).topics.create('t')
  await first.kill()
  const child = spawnCli(['serve', '--http-port', '0', '--data-dir', data()])
  const lines = createInterface(child.stderr)[Symbol.asyncIterator]()
  const { value } = await lines.next()
  expect(JSON.parse(String(value))).toMatchObject({
    level: 'info',
    msg: 'Opened after a crash.',
    wasClean: false,
    replayedEntries: expect.any(Number) as number,
    setAside: [],
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
})

test('a second server on the same data directory: status 4, and who holds it', async () => {
  await using first = await serveInProcess(data())
  const run = await runCli(['serve', '--http-port', '0', '--data-dir', data()])
  expect(run.status).toBe(4)
  expect(run.stderr).toMatch(/Process \d+ on .* has held .*data since/)
  expect((await fetch(`${first.url}/livez`)).status).toBe(200)
})

test('a port in use: status 4, who has it, and another port to take', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const run = await runCli(['serve', '--http-port', String(port), '--data-dir', data()])
  expect(run.status).toBe(4)
  expect(run.stderr).toContain(`Port ${port} on 127.0.0.1 is in use by`)
  if (process.platform === 'linux') expect(run.stderr).toContain(`process ${process.pid} (`)
  expect(run.stderr).toContain(`--http-port ${port + 1}`)
  other.close()
  await once(other, 'close')
})

test('--dev prints three calls that do what they say, one after the other', async () => {
  const child = spawnCli(['serve', '--dev', '--http-port', '0', '--data-dir', data()])
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  await lines.next()
  const calls = []
  for (let count = 0; count < 3; count++) calls.push(String((await lines.next()).value))
  const [produced, fetched, committed] = [
    await pasted(calls[0]!),
    await pasted(calls[1]!),
    await pasted(calls[2]!),
  ]
  expect(produced).toMatchObject({ records: [{ partition: 0, offset: 0 }], durability: 'fsync' })
  expect(fetched).toMatchObject({ records: [{ key: 'user-1', value: { page: '/' } }] })
  expect(committed).toMatchObject({ durability: 'fsync' })
  child.kill('SIGTERM')
  expect((await once(child, 'exit'))[0]).toBe(0)
})

test('an address that other machines reach is status 2, and says how to insist', async () => {
  const run = await runCli(['serve', '--host', '0.0.0.0', '--data-dir', data()])
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('--allow-unauthenticated')
})

test('--print-config shows every value and where it came from', async () => {
  const run = await runCli(['serve', '--print-config', '--http-port', '7171', '-o', 'json'], {
    environment: { MILLRACE_LOG_LEVEL: 'debug' },
    directory: directory.path,
  })
  expect(run.status).toBe(0)
  const rows = JSON.parse(run.stdout.toString()) as readonly object[]
  expect(rows).toContainEqual({ path: 'http.port', value: 7171, origin: 'flag' })
  expect(rows).toContainEqual({ path: 'logLevel', value: 'debug', origin: 'MILLRACE_LOG_LEVEL' })
  expect(rows).toContainEqual({ path: 'dataDir', value: data(), origin: 'default' })
})

test('an unknown setting is status 2, with the nearest', async () => {
  const run = await runCli(['serve', '--set', 'http.prot=1', '--data-dir', data()])
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('did you mean http.port?')
})

test('what looks at or changes files is refused while a server writes them, and looking is not', async () => {
  await using server = await serveInProcess(data())
  await createClient(server.url).topics.create('t')
  const verify = await runCli(['log', 'verify', data()])
  expect(verify.status).toBe(4)
  expect(verify.stderr).toContain('Stop it')
  expect((await runCli(['log', 'reindex', data(), '--yes'])).status).toBe(4)
  const list = await runCli(['log', 'ls', data()])
  expect(list.status).toBe(0)
  expect(list.stderr).toContain('may be missing')
})

/** What curl would do, as far as these lines go: `curl [--json 'BODY'] URL`. */
async function pasted(line: string): Promise<unknown> {
  const [, body] = /--json '([^']*)'/.exec(line) ?? []
  const [, url = ''] = /'?(http:[^' ]+)'?$/.exec(line) ?? []
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body, headers })
  expect(answer.status).toBe(200)
  return answer.json()
}
