import { createServer } from 'node:net'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LogError } from '@millrace/model/log-error'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import pino from 'pino'
import { expect, test } from 'vitest'
import { AddressInUseError } from '../src/address-in-use.ts'
import { loadConfiguration } from '../src/config.ts'
import { ConfigurationError } from '../src/configuration-error.ts'
import { Server } from '../src/server.ts'

const OPTIONS = { logger: pino({ level: 'silent' }), version: '0.0.0-test' }

function configOf(directory: string, settings: Readonly<Record<string, string>> = {}) {
  const flags = new Map(Object.entries({ 'http.port': '0', dataDir: 'data', ...settings }))
  return loadConfiguration({ flags, environment: {}, directory }).config
}

async function failureOf(opening: Promise<Server>): Promise<unknown> {
  try {
    await (await opening).close()
    return undefined
  } catch (error) {
    return error
  }
}

test('a server on port 0 tells where it listens, and answers there', async () => {
  await using directory = await makeTempDirectory()
  await using server = await Server.open(configOf(directory.path), OPTIONS)
  expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const answer = await fetch(`${server.address}/v1/status`)
  expect(await answer.json()).toMatchObject({
    version: '0.0.0-test',
    state: 'ready',
    dataDirectory: join(directory.path, 'data'),
  })
})

test('what was produced is there after a stop and another start', async () => {
  await using directory = await makeTempDirectory()
  const config = configOf(directory.path, { 'broker.autoCreateTopics': 'true' })
  {
    await using server = await Server.open(config, OPTIONS)
    const produced = await fetch(`${server.address}/v1/topics/t/records`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'still here',
    })
    expect(produced.status).toBe(200)
  }
  await using server = await Server.open(config, OPTIONS)
  const fetched = await fetch(`${server.address}/v1/topics/t/partitions/0/records`)
  expect(await fetched.json()).toMatchObject({ records: [{ valueText: 'still here' }] })
})

test('after a stop nothing listens, and stopping twice is stopping once', async () => {
  await using directory = await makeTempDirectory()
  const server = await Server.open(configOf(directory.path), OPTIONS)
  await Promise.all([server.close(), server.close()])
  await expect(fetch(`${server.address}/livez`)).rejects.toThrow('fetch failed')
})

test('an address that others can reach is refused unless that is asked for', async () => {
  await using directory = await makeTempDirectory()
  const open = configOf(directory.path, { host: '0.0.0.0' })
  expect(await failureOf(Server.open(open, OPTIONS))).toBeInstanceOf(ConfigurationError)
  const asked = configOf(directory.path, { host: '0.0.0.0', allowUnauthenticated: 'true' })
  expect(await failureOf(Server.open(asked, OPTIONS))).toBeUndefined()
})

test('a port in use is told with the process that has it, and no data directory is made', async () => {
  await using directory = await makeTempDirectory()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const config = configOf(directory.path, { 'http.port': String(port) })
  const failure = await failureOf(Server.open(config, OPTIONS))
  expect(failure).toBeInstanceOf(AddressInUseError)
  expect(failure).toMatchObject({ port, host: '127.0.0.1' })
  if (process.platform === 'linux') {
    expect(failure).toMatchObject({ holder: { pid: process.pid } })
  }
  expect(existsSync(config.dataDir)).toBe(false)
  other.close()
  await once(other, 'close')
  expect(await failureOf(Server.open(config, OPTIONS))).toBeUndefined()
})

test('a second server on a data directory is refused, with the process that has it', async () => {
  await using directory = await makeTempDirectory()
  await using _first = await Server.open(configOf(directory.path), OPTIONS)
  const failure = await failureOf(Server.open(configOf(directory.path), OPTIONS))
  expect(failure).toBeInstanceOf(LogError)
  expect(failure).toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
  expect(String(failure)).toContain(`${process.pid}`)
})

test('a directory of somebody else’s is refused, and nothing is written to it', async () => {
  await using directory = await makeTempDirectory()
  const config = configOf(directory.path)
  await mkdir(config.dataDir)
  await writeFile(join(config.dataDir, 'sea.jpg'), 'blue')
  const failure = await failureOf(Server.open(config, OPTIONS))
  expect(failure).toMatchObject({ code: 'NOT_A_DATA_DIRECTORY' })
  expect(await readdir(config.dataDir)).toEqual(['sea.jpg'])
})
