import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createClient } from '@millrace/client'
import { makeTempDirectory } from '@millrace/testing/temp-directory'
import { expect, test } from 'vitest'
import { serveInProcess } from './served-process.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** Runs the rest of its arguments where the first one is mounted for reading only; the mount goes with the process. */
const READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'

const canMount = spawnSync('unshare', ['-m', 'sh', '-c', 'mount --bind /tmp /tmp']).status === 0

async function cliWithReadOnly(directory: string, line: readonly string[]) {
  const program = [process.execPath, MAIN, ...line]
  const child = spawn('unshare', ['-m', 'sh', '-c', READ_ONLY, 'sh', directory, ...program])
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { status: Number(status), stdout, stderr }
}

test.skipIf(!canMount)(
  'a backup on a read-only file system is verified, and not written to',
  async () => {
    await using directory = await makeTempDirectory()
    const data = join(directory.path, 'data')
    const server = await serveInProcess(data)
    await createClient(server.url).topics.create('t')
    await server.stop()
    const verified = await cliWithReadOnly(directory.path, ['log', 'verify', data])
    expect(verified.stdout).toContain('Sound: ')
    expect(verified.stderr).toContain('is read-only here')
    const served = await cliWithReadOnly(directory.path, [
      'serve',
      '--http-port',
      '0',
      '--data-dir',
      data,
    ])
    expect(served.status).toBe(1)
    expect(served.stderr).toContain('read-only file system')
    expect(served.stderr).toContain('mount it for writing')
  },
)
