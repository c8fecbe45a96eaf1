import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

test('what is compiled is kept in the cache directory of the user', async () => {
  await using home = await makeTempDirectory()
  const run = await runCli(['--version'], { environment: { XDG_CACHE_HOME: home.path } })
  expect(run.status).toBe(0)
  expect(await readdir(join(home.path, 'millrace', 'compiled'))).not.toEqual([])
})

test('where nothing can be kept the command does without', async () => {
  await using home = await makeTempDirectory()
  const file = join(home.path, 'file')
  await writeFile(file, '')
  const run = await runCli(['--version'], { environment: { XDG_CACHE_HOME: file } })
  expect(run).toMatchObject({ status: 0, stderr: '' })
})
