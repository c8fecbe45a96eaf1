import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeTempDirectory, type TempDirectory } from '@millrace/testing/temp-directory'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

let directory: TempDirectory
beforeEach(async () => {
  directory = await makeTempDirectory()
})
afterEach(async () => directory[Symbol.asyncDispose]())

const serve = (dataDirectory: string) => {
  return runCli(['serve', '--http-port', '0', '--data-dir', dataDirectory])
}

test('a file where the data directory should be: status 1, and that it is a file', async () => {
  const path = join(directory.path, 'notes.txt')
  await writeFile(path, 'hello')
  const run = await serve(path)
  expect(run.status).toBe(1)
  expect(run.stderr).toContain(`${path}: not a directory`)
  expect(run.stderr).toContain('name another path')
  expect(run.stderr).not.toContain('bug')
})

test('a directory of other things: status 2, what is in it, and it stays as it is', async () => {
  await writeFile(join(directory.path, 'sea.jpg'), 'blue')
  const run = await serve(directory.path)
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('it has sea.jpg')
  expect(await readdir(directory.path)).toEqual(['sea.jpg'])
})

test('no room for a first start: status 6, how much it takes, and which settings say so', async () => {
  const data = join(directory.path, 'data')
  // To write beyond the largest file that is allowed ends as it does on a full disk: some of it is written.
  const command = 'ulimit -f 1500 && exec "$@"'
  const line = ['serve', '--http-port', '0', '--data-dir', data]
  const child = spawn('sh', ['-c', command, 'sh', process.execPath, MAIN, ...line])
  const told: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk))
  expect(await once(child, 'close')).toEqual([6, null])
  const text = Buffer.concat(told).toString()
  expect(text).toContain(`${data} takes 96 MiB to begin with`)
  expect(text).toContain('storage.reserveBytes')
  expect(text).toContain('Make room')
})

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
