import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

let directory: TempDirectory
beforeEach(async () => {
  directory = await makeTempDirectory()
})
afterEach(async () => directory[Symbol.asyncDispose]())

const cli = (line: readonly string[]) => runCli(line, { directory: directory.path })

const LOOKING = [['ls'], ['dump'], ['grep', 'x'], ['verify'], ['reindex']]

describe.each(LOOKING)('log %s', (...command) => {
  test('of a directory of other things is status 2, and says what ours look like', async () => {
    await mkdir(join(directory.path, 'photos-2026'))
    await writeFile(join(directory.path, 'photos-2026', 'sea.jpg'), 'blue')
    const run = await cli(['log', ...command, '.'])
    expect(run.status).toBe(2)
    expect(run.stdout).toHaveLength(0)
    expect(run.stderr).toContain('. is neither a data directory nor a partition directory.')
    expect(run.stderr).toContain('format.json')
  })
})

test('an empty directory is status 2', async () => {
  const run = await cli(['log', 'verify', '.'])
  expect(run.status).toBe(2)
  expect(run.stdout).toHaveLength(0)
})

test('where nothing was said and ./data is not there: status 3, and what to name', async () => {
  const run = await cli(['log', 'verify'])
  expect(run.status).toBe(3)
  expect(run.stdout).toHaveLength(0)
  expect(run.stderr).toContain('There is nothing at ./data.')
  expect(run.stderr).toContain('Name a data directory')
})

test('a folder topics without format.json is status 2, and says where to look', async () => {
  await mkdir(join(directory.path, 'topics'))
  const run = await cli(['log', 'verify', '.'])
  expect(run.status).toBe(2)
  expect(run.stdout).toHaveLength(0)
  expect(run.stderr).toContain('no file format.json')
  expect(run.stderr).toContain('millrace log ls topics')
})

test.each([['.'], ['data'], ['notes.txt']])(
  'log repair of %s, which is no data directory, is status 3, and says which to name',
  async (path) => {
    await writeFile(join(directory.path, 'notes.txt'), 'hello\n')
    const run = await cli(['log', 'repair', path])
    expect(run.status).toBe(3)
    expect(run.stdout).toHaveLength(0)
    expect(run.stderr).toContain(`There is no data directory at ${path}.`)
    expect(run.stderr).toContain('it has a file format.json')
  },
)

test('log import of what is no partition directory is status 3, and makes no data directory', async () => {
  await mkdir(join(directory.path, 'orders-0'))
  const run = await cli(['log', 'import', 'orders-0', '--data-dir', 'data'])
  expect(run.status).toBe(3)
  expect(run.stderr).toContain('has no segment.')
  expect((await cli(['log', 'ls', 'data'])).stderr).toContain('There is nothing at data.')
})
