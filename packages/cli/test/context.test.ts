import { readFile, writeFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jsonLines } from './served.ts'
import { type CliRun, runCli } from './run-cli.ts'

let directory: TempDirectory
beforeEach(async () => {
  directory = await makeTempDirectory()
})
afterEach(async () => directory[Symbol.asyncDispose]())

function cli(...line: readonly string[]): Promise<CliRun> {
  return runCli(line, { environment: { XDG_CONFIG_HOME: directory.path } })
}

const path = () => join(directory.path, 'millrace', 'contexts.json')

test('the first context is the current one; another is used when it is told so; one is forgotten', async () => {
  await cli('context', 'add', 'local', '127.0.0.1:7070')
  await cli('context', 'add', 'far', 'https://far.example/')
  expect(jsonLines(await cli('context', 'ls', '-o', 'jsonl'))).toEqual([
    { name: 'local', url: 'http://127.0.0.1:7070', current: true },
    { name: 'far', url: 'https://far.example', current: false },
  ])
  await cli('context', 'use', 'far')
  await cli('context', 'rm', 'local')
  expect(JSON.parse(await readFile(path(), 'utf8'))).toEqual({
    current: 'far',
    contexts: { far: 'https://far.example' },
  })
})

test('commands go to the current context, unless --server or MILLRACE_SERVER says otherwise', async () => {
  await cli('context', 'add', 'here', '127.0.0.1:9')
  expect((await cli('status')).stderr).toContain('http://127.0.0.1:9 (context here)')
  const flag = await cli('status', '--server', '127.0.0.1:11')
  expect(flag.stderr).toContain('http://127.0.0.1:11 (--server)')
  const environment = { XDG_CONFIG_HOME: directory.path, MILLRACE_SERVER: '127.0.0.1:13' }
  const variable = await runCli(['status'], { environment })
  expect(variable.stderr).toContain('http://127.0.0.1:13 (MILLRACE_SERVER)')
})

test('a context that is not there is status 3, and the nearest is named', async () => {
  await cli('context', 'add', 'production', '127.0.0.1:7070')
  const run = await cli('context', 'use', 'prodution')
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('Did you mean production?')
})

test('what is no URL is status 2', async () => {
  expect((await cli('context', 'add', 'x', 'http://')).status).toBe(2)
  expect((await cli('status', '--server', 'http://a?b=c')).status).toBe(2)
})

test('a file that is damaged is told, not overwritten', async () => {
  await mkdir(dirname(path()))
  await writeFile(path(), '{"contexts":')
  const run = await cli('context', 'add', 'a', '127.0.0.1:1')
  expect(run.status).toBe(1)
  expect(run.stderr).toContain(path())
  expect(await readFile(path(), 'utf8')).toBe('{"contexts":')
})
