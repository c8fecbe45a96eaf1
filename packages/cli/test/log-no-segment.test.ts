import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

const SEGMENT = '00000000000000000016.log'
const GOLDEN = fileURLToPath(new URL(`fixtures/g-0/${SEGMENT}`, import.meta.url))

let directory: TempDirectory
beforeEach(async () => {
  directory = await makeTempDirectory()
})
afterEach(async () => directory[Symbol.asyncDispose]())

const cli = (...line: readonly string[]) => runCli(line, { directory: directory.path })
const put = (name: string, bytes: string | Uint8Array) => {
  return writeFile(join(directory.path, name), bytes)
}

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452'.padEnd(400, '5a'), 'hex')

describe.each([
  ['notes.txt', 'x'.repeat(100), 'in its 100 B no record batch begins'],
  ['sea.png', PNG, 'in its 200 B no record batch begins'],
  ['empty.bin', '', 'it is empty'],
])('%s', (name, content, why) => {
  test.each(['dump', 'grep x', 'verify'])(
    'is not a segment to log %s: status 2, why, and what to name',
    async (command) => {
      await put(name, content)
      const run = await cli('log', ...command.split(' '), name)
      expect(run.status).toBe(2)
      expect(run.stdout).toHaveLength(0)
      expect(run.stderr).toContain(`${name} is not a segment: ${why}.`)
      expect(run.stderr).toContain('Name a .log file of a partition directory')
    },
  )
})

test.each([['ls'], ['reindex']])('a file is no directory to log %s: status 2', async (command) => {
  await put('notes.txt', 'hello')
  const run = await cli('log', command, 'notes.txt')
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('notes.txt is one file')
})

test('a segment that begins with damage is dumped from where it is sound', async () => {
  const bytes = await readFile(GOLDEN)
  await put(SEGMENT, bytes.fill(0, 0, 70))
  const run = await cli('log', 'dump', SEGMENT)
  expect(run.status).toBe(0)
  expect(run.stdout.toString()).toContain(`Found 70 invalid bytes in ${SEGMENT}`)
  expect(run.stdout.toString()).toContain('baseOffset: 17 ')
})

test('a segment with nothing in it yet is a segment', async () => {
  await put(SEGMENT, '')
  const run = await cli('log', 'dump', SEGMENT)
  expect(run.status).toBe(0)
  expect(run.stdout.toString()).toBe(`Dumping ${SEGMENT}\nLog starting offset: 16\n`)
})

test('verify of a file that has the name of a segment and no batch is damage: status 7', async () => {
  await put(SEGMENT, 'hello')
  const run = await cli('log', 'verify', SEGMENT)
  expect(run.status).toBe(7)
  expect(run.stdout.toString()).toContain(`${SEGMENT}, byte 0, offset 16: `)
})

test('verify of a segment under another name is status 2, and says which name is its own', async () => {
  await cp(GOLDEN, join(directory.path, 'copy.bin'))
  const run = await cli('log', 'verify', 'copy.bin')
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('copy.bin does not have the name of a segment')
  expect(run.stderr).toContain(SEGMENT)
})

test('verify of an index by itself is status 2, and names its segment', async () => {
  await put('00000000000000000016.index', '')
  const run = await cli('log', 'verify', '00000000000000000016.index')
  expect(run.status).toBe(2)
  expect(run.stderr).toContain(`millrace log verify ${SEGMENT}`)
})
