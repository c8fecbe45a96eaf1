import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { acquireLock, readLockHolder } from '../src/lock.ts'

test('a second process is refused, told who holds it, and let in when the holder is killed', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'LOCK')
  const { child, stderr } = await startHolder(path)
  await expect(acquireLock(path)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_IN_USE',
    detail: expect.stringContaining(`Process ${child.pid} on ${hostname()} has held`),
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await using lock = await acquireLock(path)
  expect(lock).toBeDefined()
  expect(stderr()).toBe('')
})

test('the holder itself is refused a second time, and keeps what it has', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'LOCK')
  await using _lock = await acquireLock(path)
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(acquireLock(path)).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_IN_USE',
      detail: expect.stringContaining(`Process ${process.pid} `),
    })
  }
  const child = spawn(process.execPath, [HOLDER, path])
  const [status] = await once(child, 'exit')
  expect(status).toBe(1)
})

test('who lets go, lets the next one in, as often as one likes', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'LOCK')
  for (let round = 0; round < 3; round++) {
    const lock = await acquireLock(path)
    expect(await readLockHolder(path)).toMatchObject({ pid: process.pid })
    await lock.release()
    await lock.release()
    expect(await readLockHolder(path)).toBeUndefined()
  }
})

test('a file where the directory should be is told as such', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'notes.txt')
  await writeFile(path, 'hello')
  await expect(acquireLock(join(path, 'LOCK'))).rejects.toMatchObject({ code: 'ENOTDIR', path })
})

// Root may write everywhere.
test.skipIf(process.getuid?.() === 0)(
  'a directory that this user cannot write is told as such',
  async () => {
    await using directory = await makeTempDirectory()
    const path = join(directory.path, 'theirs')
    await mkdir(path, { mode: 0o555 })
    await expect(acquireLock(join(path, 'LOCK'))).rejects.toMatchObject({ code: 'EACCES', path })
  },
)

const HOLDER = join(import.meta.dirname, 'lock-holder.ts')

/** Another process that has the lock when this resolves. */
async function startHolder(path: string) {
  const child = spawn(process.execPath, [HOLDER, path])
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  await once(child.stdout, 'data')
  return { child, stderr: () => stderr }
}
